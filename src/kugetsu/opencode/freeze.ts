import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { statFields } from "../proc-stat.ts";
import type { Agent } from "./agent.ts";

type Frozen = { readonly processes: Pick<Agent["processes"], "pids"> };

const LOOKS = 20;
const PAUSE_MS = 10;

/**
 * Stops all processes of an agent, so that it can do nothing while it waits: an agent can give itself work over
 * opencode's port that goes on after its turn, where no limit counts it.
 *
 * @returns whether all of it stands still; else it had better be ended
 */
export async function freeze(agent: Frozen): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look++) {
    const pids = await agent.processes.pids();
    const states = await Promise.all(pids.map(doesMove));
    // What was started meanwhile shows at the next look.
    if (!states.includes(true) && look > 1) return pids.length > 0;
    for (const pid of pids) signal(pid, "SIGSTOP");
    await sleep(PAUSE_MS);
  }
  return false;
}

/** Lets an agent go on. */
export async function thaw(agent: Frozen): Promise<void> {
  for (const pid of await agent.processes.pids()) signal(pid, "SIGCONT");
}

/** Whether any thread of a process could do something: the first one may have ended while others go on. */
async function doesMove(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const states = await Promise.all(threads.map((thread) => stateOf(`${pid}/task/${thread}`)));
  // T: stopped. Z and X have ended.
  return states.some((state) => !/^[TtZX]?$/.test(state));
}

async function stateOf(path: string): Promise<string> {
  const stat = await readFile(`/proc/${path}/stat`, "utf8").catch(() => "");
  return statFields(stat)[0] ?? "";
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
