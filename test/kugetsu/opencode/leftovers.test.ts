import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { groupsOf, hasLeftovers } from "../../../src/kugetsu/opencode/leftovers.ts";
import { endByVariable, findByAgent } from "../../../src/kugetsu/opencode/survivors.ts";
import { agentProcesses } from "../../../src/kugetsu/sandbox/processes.ts";

test("what runs in a new process group is a leftover, what is in an old one or has ended is none", async () => {
  const id = randomUUID();
  const env = { PATH: process.env["PATH"] ?? "", KUGETSU_AGENT: id };
  const main = spawn("sh", ["-c", "read line; sleep 641 & read line; setsid sleep 642 & wait"], {
    env,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const agent = { processes: agentProcesses(main.pid ?? -1, () => findByAgent(id)) };
  try {
    await vi.waitFor(async () => expect(await groupsOf(agent)).toEqual(new Set([main.pid])));
    const before = await groupsOf(agent);
    expect(await hasLeftovers(agent, before)).toBe(false);
    main.stdin.write("\n");
    await vi.waitFor(() => expect(findByAgent(id)).toHaveLength(2));
    expect(await hasLeftovers(agent, before)).toBe(false);
    main.stdin.write("\n");
    await vi.waitFor(async () => expect((await groupsOf(agent)).size).toBe(2));
    expect(await hasLeftovers(agent, before)).toBe(true);
  } finally {
    const exited = once(main, "exit");
    await endByVariable("KUGETSU_AGENT", id);
    await exited;
  }
  expect(await groupsOf(agent)).toEqual(new Set());
});

function use(group: number) {
  return { pid: group, group, threads: 1, memoryBytes: 0 };
}

test("what is about to end is waited for", async () => {
  const looks = [[1, 2], [1, 2], [1]];
  const agent = { processes: { list: async () => (looks.shift() ?? [1]).map(use) } };
  expect(await hasLeftovers(agent, new Set([1]))).toBe(false);
  expect(looks).toEqual([]);
});
