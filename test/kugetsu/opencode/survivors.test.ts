import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { expect, test, vi } from "vitest";
import { endSurvivors, findByLease } from "../../../src/kugetsu/opencode/survivors.ts";

test("all processes of a lease are ended, those in sessions of their own too, and no others", async () => {
  const lease = randomUUID();
  const env = { PATH: process.env["PATH"] ?? "", KUGETSU_LEASE: lease };
  const child = spawn("sh", ["-c", "trap '' TERM; setsid sleep 621 & sleep 622 & wait"], {
    env,
    stdio: "ignore",
  });
  const other = spawn("sleep", ["623"], {
    env: { ...env, KUGETSU_LEASE: `${lease}-2` },
    stdio: "ignore",
  });
  await vi.waitFor(() => expect(findByLease(lease)).toHaveLength(3));
  const exited = once(child, "exit");
  expect(await endSurvivors(lease)).toHaveLength(3);
  await exited;
  expect(findByLease(lease)).toEqual([]);
  expect(other.exitCode).toBeNull();
  expect(findByLease(`${lease}-2`)).toEqual([other.pid]);
  expect(await endSurvivors(`${lease}-2`)).toEqual([other.pid]);
});

test("an empty or unknown lease ends nothing", async () => {
  expect(await endSurvivors("")).toEqual([]);
  expect(await endSurvivors(randomUUID())).toEqual([]);
});
