import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { freeze, thaw } from "../../../src/kugetsu/opencode/freeze.ts";
import { endByVariable, findByAgent } from "../../../src/kugetsu/opencode/survivors.ts";
import { agentProcesses } from "../../../src/kugetsu/sandbox/processes.ts";

test.skipIf(process.platform !== "linux")(
  "what an agent runs stands still, also what it goes on starting, and goes on when it is let",
  async () => {
    const id = randomUUID();
    const env = { PATH: process.env["PATH"] ?? "", KUGETSU_AGENT: id };
    const main = spawn(
      "sh",
      ["-c", "while :; do sleep 0.01; done & while :; do sleep 0.01; done"],
      {
        env,
        stdio: "ignore",
      },
    );
    const agent = { processes: agentProcesses(main.pid ?? -1, () => findByAgent(id)) };
    const states = async () =>
      Promise.all(
        (await agent.processes.pids()).map(
          async (pid) => /^State:\s+(\w)/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1],
        ),
      );
    try {
      await vi.waitFor(async () => expect((await states()).length).toBeGreaterThan(2));
      expect(await freeze(agent)).toBe(true);
      expect(new Set(await states())).toEqual(new Set(["T"]));
      await thaw(agent);
      await vi.waitFor(async () => expect(await states()).toContain("S"));
    } finally {
      const exited = once(main, "exit");
      await endByVariable("KUGETSU_AGENT", id);
      await exited;
    }
    expect(await freeze(agent)).toBe(false);
  },
);
