import { setTimeout as sleep } from "node:timers/promises";
import type { Agent } from "./agent.ts";

type Groups = ReadonlySet<number>;
type Listed = { readonly processes: Pick<Agent["processes"], "list"> };

/** The process groups that an agent and all that it started have. */
export async function groupsOf(agent: Listed): Promise<Groups> {
  const groups = (await agent.processes.list()).map(({ group }) => group);
  return new Set(groups.filter((group) => group !== undefined));
}

/**
 * Whether something that the agent started in its turn still runs: a server in the background would go on working in
 * a process that waits. Every tool call is a process group of its own; opencode and its MCP servers were there before.
 *
 * @param before the process groups that there were before the prompt
 */
export async function hasLeftovers(agent: Listed, before: Groups): Promise<boolean> {
  // What the last tool call started may be about to end.
  for (let look = 1; ; look++) {
    if ([...(await groupsOf(agent))].every((group) => before.has(group))) return false;
    if (look === 4) return true;
    await sleep(50);
  }
}

/** Whether an agent's process may wait for the next turn: nothing that it started runs, and nobody asks it anything. */
export async function isAtRest(agent: Agent, before: ReadonlySet<number>): Promise<boolean> {
  if (await hasLeftovers(agent, before)) return false;
  return !(await agent.port.isBusy().catch(() => true));
}
