import { readdir, readFile, readlink } from "node:fs/promises";

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
 * @param starter the process that was started for the agent: bubblewrap, or opencode itself
 * @param unboxed the agent's processes on this machine, where there is no box
 */
export function agentProcesses(starter: number, unboxed: () => readonly number[]): AgentProcesses {
  let box: Seen | undefined;
  const seen = async () => {
    box ??= await lookInto(starter);
    const pids = box === undefined ? unboxed() : await numbersIn(box.proc);
    return { proc: box?.proc ?? "/proc", pids };
  };
  return {
    async list() {
      const { proc, pids } = await seen();
      const found = await Promise.all(pids.map((pid) => useOf(proc, pid)));
      return found.filter((use) => use !== undefined);
    },
    async pids() {
      await seen();
      return box === undefined ? unboxed() : pidsIn(box.namespace);
    },
    async memory() {
      const { proc, pids } = await seen();
      const shares = await Promise.all(pids.map((pid) => shareOf(proc, pid)));
      return shares.reduce((total, share) => total + share, 0);
    },
  };
}

/** A box, as it can be seen from here. */
interface Seen {
  /** Its own /proc, through the root directory of a process inside. */
  readonly proc: string;
  /** Its PID namespace, as /proc/PID/ns/pid names it. */
  readonly namespace: string;
}

async function lookInto(starter: number): Promise<Seen | undefined> {
  const own = await namespaceOf("self");
  // bubblewrap, its first process inside, and what that started: only the last was given the box's root for sure.
  const [inside] = await childrenOf(starter);
  const [payload] = inside === undefined ? [] : await childrenOf(inside);
  if (payload === undefined) return undefined;
  const namespace = await namespaceOf(payload);
  if (namespace === undefined || namespace === own) return undefined;
  return { proc: `/proc/${payload}/root/proc`, namespace };
}

async function namespaceOf(pid: number | "self"): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
}

async function pidsIn(namespace: string): Promise<readonly number[]> {
  const pids = await numbersIn("/proc");
  const namespaces = await Promise.all(pids.map(namespaceOf));
  return pids.filter((_, index) => namespaces[index] === namespace);
}

/** What is its own, and its share of what it shares with others; swapped out or not. */
async function shareOf(proc: string, pid: number): Promise<number> {
  const text = await readFile(`${proc}/${pid}/smaps_rollup`, "utf8").catch(() => "");
  const kilobytes = [...text.matchAll(/^(?:Pss_Anon|Pss_Shmem|SwapPss):\s+(\d+)/gm)];
  return kilobytes.reduce((total, [, number]) => total + Number(number), 0) * 1024;
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
    memoryBytes: (number("RssAnon") + number("RssShmem") + number("VmSwap")) * 1024,
  };
}
