import { readdir, readFile, readlink } from "node:fs/promises";
import { statFields } from "../proc-stat.ts";

/** One process of an agent, by the number that it has in its box, or on the machine where there is no box. */
export interface AgentProcess {
  readonly pid: number;
  /** Its process group, by the same numbers; undefined for one that has ended and waits to be asked for. */
  readonly group: number | undefined;
  readonly threads: number;
  /** Bytes of memory that are its own, or shared without a file behind it: what two share counts twice. */
  readonly memoryBytes: number;
}

/** What an agent runs. Linux only: elsewhere there is nothing to be seen. */
export interface AgentProcesses {
  list(): Promise<readonly AgentProcess[]>;
  /** Their numbers on this machine. */
  pids(): Promise<readonly number[]>;
  /** Bytes of memory that they use together, exactly: it takes the kernel some milliseconds a process. */
  memory(): Promise<number>;
}

/**
 * @param starter the process that was started for the agent: bubblewrap, or opencode itself; first asked about when the
 *   agent runs
 * @param unboxed the agent's processes on this machine, where there is no box
 */
export function agentProcesses(starter: number, unboxed: () => readonly number[]): AgentProcesses {
  let boxed: Promise<string | undefined> | undefined;
  // Found once: without a box there is none later either, and looking costs a walk through /proc.
  const procIfBoxed = () => (boxed ??= procOfBox(starter));
  const seen = async () => {
    const proc = await procIfBoxed();
    return { proc: proc ?? "/proc", pids: proc === undefined ? unboxed() : await numbersIn(proc) };
  };
  return {
    async list() {
      const { proc, pids } = await seen();
      const found = await Promise.all(pids.map((pid) => useOf(proc, pid)));
      return found.filter((use) => use !== undefined);
    },
    async pids() {
      return (await procIfBoxed()) === undefined ? unboxed() : below(starter);
    },
    async memory() {
      const { proc, pids } = await seen();
      const shares = await Promise.all(pids.map((pid) => shareOf(proc, pid)));
      return shares.reduce((total, share) => total + share, 0);
    },
  };
}

/** The box's own /proc, as it can be seen from here: through the root directory of a process inside. */
async function procOfBox(starter: number): Promise<string | undefined> {
  const own = await namespaceOf("self");
  // bubblewrap, its first process inside, and what that started: only the last was given the box's root for sure.
  const [inside] = await childrenOf(starter);
  const [payload] = inside === undefined ? [] : await childrenOf(inside);
  if (payload === undefined) return undefined;
  const theirs = await namespaceOf(payload);
  return theirs === undefined || theirs === own ? undefined : `/proc/${payload}/root/proc`;
}

async function namespaceOf(pid: number | "self"): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
}

/** All that a process started, and that those started: what loses its parent in a box gets the box's first one. */
async function below(starter: number): Promise<readonly number[]> {
  const parents = await parentsOfAll();
  const found = new Set([starter]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  found.delete(starter);
  return [...found];
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  return [...(await parentsOfAll())].filter(([, of]) => of === parent).map(([pid]) => pid);
}

async function parentsOfAll(): Promise<ReadonlyMap<number, number>> {
  const pids = await numbersIn("/proc");
  const parents = await Promise.all(pids.map(parentOf));
  return new Map(
    pids.flatMap((pid, index) => {
      const parent = parents[index];
      return parent === undefined ? [] : [[pid, parent] as const];
    }),
  );
}

async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [, parent] = statFields(stat);
  return parent === undefined ? undefined : Number(parent);
}

async function numbersIn(proc: string): Promise<readonly number[]> {
  const names = await readdir(proc).catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function useOf(proc: string, pid: number): Promise<AgentProcess | undefined> {
  const status = await statusOf(proc, pid);
  if (status === undefined) return undefined;
  return {
    pid,
    // The first of the numbers is the one by which this /proc counts.
    group: isOver(status) ? undefined : field(status, "NSpgid"),
    threads: field(status, "Threads"),
    memoryBytes: unsharedOf(status),
  };
}

/**
 * The text of a process' status. One whose first thread has ended shows as a zombie though others go on: then it is
 * what one of those tells.
 */
async function statusOf(proc: string, pid: number): Promise<string | undefined> {
  const read = (path: string) => readFile(`${proc}/${path}/status`, "utf8").catch(() => undefined);
  const status = await read(`${pid}`);
  if (status === undefined || !isOver(status)) return status;
  for (const thread of await numbersIn(`${proc}/${pid}/task`)) {
    const text = await read(`${pid}/task/${thread}`);
    if (text !== undefined && !isOver(text)) return text;
  }
  return status;
}

function isOver(status: string): boolean {
  return /^State:\s+[ZX]/m.test(status);
}

function unsharedOf(status: string): number {
  return (field(status, "RssAnon") + field(status, "RssShmem") + field(status, "VmSwap")) * 1024;
}

/** What is its own, and its share of what it shares with others; swapped out or not. */
async function shareOf(proc: string, pid: number): Promise<number> {
  const text = await readFile(`${proc}/${pid}/smaps_rollup`, "utf8").catch(() => "");
  const kilobytes = [...text.matchAll(/^(?:Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+)/gm)];
  // Linux before 5.4 does not tell, and nobody does for a process whose first thread has ended.
  if (kilobytes.length < 3) return unsharedOf((await statusOf(proc, pid)) ?? "");
  return kilobytes.reduce((total, [, number]) => total + Number(number), 0) * 1024;
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}
