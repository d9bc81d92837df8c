import { readdirSync, readlinkSync } from "node:fs";

/** Absolute paths of the files that processes of this user have open; undefined where the system does not say. */
export function openFiles(): ReadonlySet<string> | undefined {
  const processes = list("/proc")?.filter((name) => /^\d+$/.test(name));
  if (processes === undefined || processes.length === 0) return undefined;
  const found = new Set<string>();
  for (const pid of processes) {
    for (const number of list(`/proc/${pid}/fd`) ?? []) {
      try {
        found.add(readlinkSync(`/proc/${pid}/fd/${number}`));
      } catch {
        // It was closed meanwhile.
      }
    }
  }
  return found;
}

function list(directory: string): string[] | undefined {
  try {
    return readdirSync(directory);
  } catch {
    // The process has ended, or belongs to another user.
    return undefined;
  }
}
