import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Processes that have `name=value` in the environment they were started with, this one excepted. Linux only. */
function findByVariable(name: string, value: string): readonly number[] {
  if (value === "") return [];
  const entry = `${name}=${value}`;
  return processes().filter((pid) => {
    if (pid === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(entry);
    } catch {
      // It has ended meanwhile, or belongs to another user.
      return false;
    }
  });
}

/** Processes of agents that were started under a lease. */
export function findByLease(lease: string): readonly number[] {
  return findByVariable("KUGETSU_LEASE", lease);
}

/** The process of an agent, and all that it started. */
export function findByAgent(id: string): readonly number[] {
  return findByVariable("KUGETSU_AGENT", id);
}

/**
 * Kills all agents that were started under a lease, with whatever they started. Only for a lease whose owner is dead:
 * all agents of one life share it.
 *
 * @returns the processes that were killed
 */
export async function endSurvivors(lease: string): Promise<readonly number[]> {
  return await endByVariable("KUGETSU_LEASE", lease);
}

/** Kills every process that has `name=value` in its environment, also those that are started meanwhile. */
export async function endByVariable(name: string, value: string): Promise<readonly number[]> {
  const ended = new Set<number>();
  for (let round = 0; round < 20; round++) {
    const found = findByVariable(name, value);
    if (found.length === 0) break;
    for (const pid of found) {
      ended.add(pid);
      kill(pid);
    }
    await sleep(25);
  }
  return [...ended];
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself, which is as good.
  }
}

function processes(): readonly number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}
