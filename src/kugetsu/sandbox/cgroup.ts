import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { BoxLimits } from "./limits.ts";

/**
 * Hard limits by control groups, for a bot that runs as root: the kernel does not hold root's processes to the limit
 * on their number. Another user's agents are held to it without.
 */
export interface ControlGroups {
  /** Whether there are any to be had. */
  readonly usable: boolean;
  /** The files that a process writes itself into, to be limited with all that it starts; empty where there are none. */
  join(key: string): readonly string[];
  /** Removes this process' own groups, and those of processes that are dead. One that somebody is in stays. */
  close(): void;
  /** Removes what dead processes left. */
  clean(): void;
}

/** @param root where control groups are mounted, `own` the text of /proc/self/cgroup; other ones in tests */
export function controlGroups(
  limits: BoxLimits,
  root = "/sys/fs/cgroup",
  own = ownGroups(),
): ControlGroups {
  const hierarchies = hierarchiesAt(root, own, limits);
  const removeGroupsOf = (isGone: (pid: number) => boolean) => {
    for (const { path } of hierarchies) {
      for (const name of listed(path)) {
        const [, pid] = /^kugetsu-(\d+)-[0-9a-f]+$/.exec(name) ?? [];
        // It fails for a group that somebody is in.
        if (pid !== undefined && isGone(Number(pid))) succeeds(() => rmdirSync(join(path, name)));
      }
    }
  };
  return {
    usable: hierarchies.length > 0,
    join(key) {
      const hash = createHash("sha256").update(key).digest("hex").slice(0, 16);
      const name = `kugetsu-${process.pid}-${hash}`;
      return hierarchies.flatMap(({ path, settings }) => {
        const group = join(path, name);
        if (!succeeds(() => mkdirSync(group, { recursive: true }))) return [];
        const held = settings.filter(([file, value]) =>
          succeeds(() => writeFileSync(join(group, file), value)),
        );
        return held.length === 0 ? [] : [join(group, "cgroup.procs")];
      });
    },
    close: () => removeGroupsOf((pid) => pid === process.pid || isDead(pid)),
    clean: () => removeGroupsOf(isDead),
  };
}

interface Hierarchy {
  /** The directory that groups are made in. */
  readonly path: string;
  readonly settings: readonly (readonly [file: string, value: string])[];
}

function hierarchiesAt(root: string, own: string, limits: BoxLimits): readonly Hierarchy[] {
  const processes = String(limits.processes);
  const memory = String(limits.memoryBytes);
  if (isWritable(join(root, "cgroup.subtree_control"))) {
    // A group with processes of its own cannot limit groups below it: a neighbour of ours can be limited.
    const mine = join(root, groupOf(own, "") ?? "");
    const path = mine.length > join(root, "/").length ? dirname(mine) : root;
    // Fails where they are on already, or not to be had: `join` finds out.
    succeeds(() => writeFileSync(join(path, "cgroup.subtree_control"), "+pids +memory"));
    const settings = [
      ["pids.max", processes],
      ["memory.max", memory],
    ] as const;
    return [{ path, settings }];
  }
  const controllers = [
    ["pids", "pids.max", processes],
    ["memory", "memory.limit_in_bytes", memory],
  ] as const;
  return controllers
    .map(([name, file, value]) => ({
      path: join(root, name, groupOf(own, name) ?? ""),
      settings: [[file, value]] as const,
    }))
    .filter(({ path }) => isWritable(join(path, "cgroup.procs")));
}

/** This process' own group in the hierarchy of that controller; of the one hierarchy of version 2 with an empty name. */
function groupOf(own: string, controller: string): string | undefined {
  for (const line of own.split("\n")) {
    const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (names?.split(",").includes(controller) === true) return path;
  }
  return undefined;
}

/** Another process may have made its group just now, and be about to join it. */
function isDead(pid: number): boolean {
  return !existsSync(`/proc/${pid}`);
}

function ownGroups(): string {
  try {
    return readFileSync("/proc/self/cgroup", "utf8");
  } catch {
    return "";
  }
}

function isWritable(path: string): boolean {
  return succeeds(() => accessSync(path, constants.W_OK));
}

function listed(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function succeeds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
