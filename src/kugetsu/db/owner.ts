import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { statFields } from "../proc-stat.ts";

/** Who holds a lease. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Tells a process from a later one with the same number; undefined where the system does not say. */
  readonly processStartedAt: string | undefined;
  /** Unique to this start of the program; stands in the environment of the agents it starts, to find survivors. */
  readonly marker: string;
}

export function currentOwner(marker: string): Owner {
  return {
    host: hostname(),
    pid: process.pid,
    processStartedAt: processStart(process.pid),
    marker,
  };
}

/**
 * Whether that process is still there, as far as this machine can know.
 * `elsewhere`: it runs under another host name, another container for example, where no process can be looked up.
 */
export function isAlive(owner: Omit<Owner, "marker">): boolean | "elsewhere" {
  const boot = bootId();
  const theirs = owner.processStartedAt?.split("/")[0];
  // One SQLite file in WAL mode belongs to one machine: whoever began before its last boot is gone.
  if (boot !== undefined && theirs !== undefined && theirs !== boot) return false;
  if (owner.host !== hostname()) return "elsewhere";
  const start = processStart(owner.pid);
  if (start !== undefined && owner.processStartedAt !== undefined)
    return start === owner.processStartedAt;
  return process.platform === "linux" ? start !== undefined : respondsToSignals(owner.pid);
}

/** Boot id and clock ticks from the boot to the process' start (field 22 of /proc/PID/stat), on Linux alone. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = statFields(stat);
    const [state, ticks] = [fields[0], fields[19]];
    // A zombie works no more, and stays until its parent asks for it.
    return ticks === undefined || state === "Z" || state === "X"
      ? undefined
      : `${bootId() ?? ""}/${ticks}`;
  } catch {
    return undefined;
  }
}

function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}

function respondsToSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
