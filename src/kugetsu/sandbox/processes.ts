import { readdir, readFile, readlink } from "node:fs/promises";

/** One process of an agent, by the number that it has in its box, or on the machine where there is no box. */
export interface AgentProcess {
  readonly pid: number;
  /** Its process group, by the same numbers; undefined for one that has ended and waits to be asked for. */
  readonly group: number | undefined;
  readonly threads: number;
  /** Bytes of memory that are its own, or shared without a file behind it. */
  readonly memoryBytes: number;
}

/** Lists what an agent runs. Linux only: elsewhere there is nothing in the list. */
export type ListProcesses = () => Promise<readonly AgentProcess[]>;

/**
 * @param starter the process that was started for the agent: bubblewrap, or opencode itself
 * @param unboxed the agent's processes on this machine, where there is no box
 */
export function listProcesses(starter: number, unboxed: () => readonly number[]): ListProcesses {
  let boxed: string | undefined;
  return async () => {
    boxed ??= await procOfBox(starter);
    const [proc, pids] =
      boxed === undefined ? ["/proc", unboxed()] : [boxed, await numbersIn(boxed)];
    const found = await Promise.all(pids.map((pid) => useOf(proc, pid)));
    return found.filter((use) => use !== undefined);
  };
}

/** The box's own /proc, as it can be seen from here: through the root directory of a process inside. */
async function procOfBox(starter: number): Promise<string | undefined> {
  const own = await readlink("/proc/self/ns/pid").catch(() => undefined);
  // bubblewrap, its first process inside, and what that started: only the last was given the box's root for sure.
  const [inside] = await childrenOf(starter);
  const [payload] = inside === undefined ? [] : await childrenOf(inside);
  if (payload === undefined) return undefined;
  const theirs = await readlink(`/proc/${payload}/ns/pid`).catch(() => own);
  return theirs === own ? undefined : `/proc/${payload}/root/proc`;
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = await numbersIn("/proc");
  const parents = await Promise.all(pids.map(parentOf));
  return pids.filter((_, index) => parents[index] === parent);
}

async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The command in brackets may hold blanks and brackets itself.
  const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return parent === undefined ? undefined : Number(parent);
}

async function numbersIn(proc: string): Promise<readonly number[]> {
  const names = await readdir(proc).catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function useOf(proc: string, pid: number): Promise<AgentProcess | undefined> {
  const status = await readFile(`${proc}/${pid}/status`, "utf8").catch(() => undefined);
  if (status === undefined) return undefined;
  const number = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  const isOver = /^State:\s+[ZX]/m.test(status);
  return {
    pid,
    // The first of the numbers is the one by which this /proc counts.
    group: isOver ? undefined : number("NSpgid"),
    threads: number("Threads"),
    memoryBytes: (number("RssAnon") + number("RssShmem")) * 1024,
  };
}
