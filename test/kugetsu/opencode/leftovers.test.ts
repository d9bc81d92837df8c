import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { hasLeftovers } from "../../../src/kugetsu/opencode/leftovers.ts";
import { endByVariable, findByAgent, groupsOf } from "../../../src/kugetsu/opencode/survivors.ts";

test("what runs in a new process group is a leftover, what is in an old one or has ended is none", async () => {
  const id = randomUUID();
  const env = { PATH: process.env["PATH"] ?? "", KUGETSU_AGENT: id };
  const agent = { groups: () => groupsOf(findByAgent(id)) };
  const main = spawn("sh", ["-c", "read line; sleep 641 & read line; setsid sleep 642 & wait"], {
    env,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  try {
    await vi.waitFor(() => expect(agent.groups()).toEqual(new Set([main.pid])));
    const before = agent.groups();
    expect(await hasLeftovers(agent, before)).toBe(false);
    main.stdin.write("\n");
    await vi.waitFor(() => expect(findByAgent(id)).toHaveLength(2));
    expect(await hasLeftovers(agent, before)).toBe(false);
    main.stdin.write("\n");
    await vi.waitFor(() => expect(agent.groups().size).toBe(2));
    expect(await hasLeftovers(agent, before)).toBe(true);
  } finally {
    const exited = once(main, "exit");
    await endByVariable("KUGETSU_AGENT", id);
    await exited;
  }
  expect(agent.groups()).toEqual(new Set());
});

test("what is about to end is waited for", async () => {
  const looks = [new Set([1, 2]), new Set([1, 2]), new Set([1])];
  const agent = { groups: () => looks.shift() ?? new Set([1]) };
  expect(await hasLeftovers(agent, new Set([1]))).toBe(false);
  expect(looks).toEqual([]);
});
