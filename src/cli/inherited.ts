import { closeSync, readdirSync, readFileSync } from "node:fs";

/** O_CLOEXEC in the flags of /proc/self/fdinfo, which are octal. */
const CLOSED_ON_EXEC = 0o2000000;
const LAST_STANDARD = 2;

/**
 * Closes what whoever started this program left open for it, standard streams excepted: a file or directory that is
 * open stays reachable in every process that is started from here, an agent's box included. Node's own are closed when
 * another program is started. Linux alone.
 */
export function closeInherited(): void {
  for (const number of openNumbers()) {
    if (number <= LAST_STANDARD || isClosedOnExec(number)) continue;
    try {
      closeSync(number);
    } catch {
      // It was the listing's own.
    }
  }
}

function openNumbers(): readonly number[] {
  try {
    return readdirSync("/proc/self/fd").map(Number);
  } catch {
    return [];
  }
}

function isClosedOnExec(number: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${number}`, "utf8");
    const flags = /^flags:\s+([0-7]+)/m.exec(info)?.[1];
    return flags === undefined || (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) !== 0;
  } catch {
    return true;
  }
}
