import type { BoxedCommand } from "../box.ts";
import type { BoxLimits } from "./limits.ts";
import { isWithin, type System } from "./system.ts";

/** What this machine's bubblewrap and util-linux can do. Versions are not asked: distributions carry patches over. */
export interface Tools {
  /** Absolute paths. */
  readonly bwrap: string;
  readonly prlimit: string;
  /** Lets the kernel end an agent's processes first when memory runs out. */
  readonly choom: string | undefined;
  /** `--disable-userns`, since bubblewrap 0.8. */
  readonly disableUserns: boolean;
  /** `--size`, since bubblewrap 0.8. */
  readonly size: boolean;
}

/** The account that everything in a box runs under, as it looks from inside; outside it is the bot's own user. */
export const BOXED_ID = 1000;
/** Its home for those who do not ask HOME, Java for example: a link to what HOME names. */
export const BOXED_HOME = "/agent";

const SHARED_MEMORY_BYTES = 256 * 1024 ** 2;
const TMP_BYTES = 64 * 1024 ** 2;

/**
 * The command line, bubblewrap at its front, that runs a command in a box. It holds paths and no secret: everything of
 * the environment reaches the box by inheritance, so the environment that bubblewrap itself is started with must be the
 * command's own.
 */
export function bubblewrapCommand(
  command: BoxedCommand,
  machine: {
    readonly tools: Tools;
    readonly system: System;
    readonly limits: BoxLimits;
  },
): readonly string[] {
  const { tools, system, limits } = machine;
  const closed = closedInTmp(command);
  return [
    tools.choom === undefined ? [] : [tools.choom, "-n", "800", "--"],
    [tools.bwrap],
    ...namespaces(command, tools),
    ...systemMounts(system),
    ...deviceMounts(command, tools),
    ...closed.map((path) => ["--tmpfs", path]),
    ...ownMounts(command),
    command.env["HOME"] === undefined ? [] : ["--symlink", command.env["HOME"], BOXED_HOME],
    // /proc as well: to root's processes the kernel's settings in /proc/sys would be open, and one of them
    // (core_pattern) names a program that the kernel runs outside every box.
    // What is covered may have a directory of ours in it, so it is closed last.
    ...["/", "/dev", "/proc", ...closed, ...system.hidden].map((path) => ["--remount-ro", path]),
    ["--chdir", command.cwd, "--"],
    [tools.prlimit, `--nproc=${limits.processes}`, `--fsize=${limits.fileBytes}`, "--core=0"],
    ["--", command.file, ...command.args],
  ].flat();
}

type Options = readonly (readonly string[])[];

function namespaces(command: BoxedCommand, tools: Tools): Options {
  return [
    ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    command.network === true ? [] : ["--unshare-net"],
    // The kernel's code for namespaces is where most ways out of a box were found.
    tools.disableUserns ? ["--disable-userns"] : [],
    // Not 0: programs that believe to be root change owners, which fails here.
    ["--uid", String(BOXED_ID), "--gid", String(BOXED_ID)],
    ["--cap-drop", "ALL"],
    ["--die-with-parent", "--new-session"],
  ];
}

function systemMounts(system: System): Options {
  return [
    ...system.directories.map((path) => ["--ro-bind", path, path]),
    ...system.links.map(({ path, target }) => ["--symlink", target, path]),
    ["--ro-bind", system.etc, "/etc"],
    ...system.hidden.map((path) => ["--tmpfs", path]),
    ...system.files.map((path) => ["--ro-bind-try", path, path]),
    ["--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"],
  ];
}

function deviceMounts({ temp }: BoxedCommand, tools: Tools): Options {
  const sized = (bytes: number) => (tools.size ? ["--size", String(bytes)] : []);
  return [
    ["--proc", "/proc", "--dev", "/dev"],
    [...sized(SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm"],
    temp === undefined ? [...sized(TMP_BYTES), "--tmpfs", "/tmp"] : ["--bind", temp, "/tmp"],
    ["--dir", "/run", "--symlink", "../tmp", "/var/tmp", "--symlink", "../run", "/var/run"],
  ];
}

/**
 * A home in /tmp: what leads to its directories would be writable, since /tmp is. Outside /tmp it lies on the
 * read-only root.
 */
function closedInTmp({ writable, readable }: BoxedCommand): readonly string[] {
  const below = [...writable, ...readable].filter((path) => path.startsWith("/tmp/"));
  const first = new Set(below.map((path) => path.split("/").slice(0, 3).join("/")));
  return [...first].filter((path) => !below.includes(path));
}

/** Parents first: one directory may lie in another one. */
function ownMounts({ writable, readable }: BoxedCommand): Options {
  const mounts = new Map<string, "--bind" | "--ro-bind">();
  for (const path of readable) mounts.set(path, "--ro-bind");
  for (const path of writable) mounts.set(path, "--bind");
  const all = [...mounts].toSorted(([first], [second]) => first.length - second.length);
  return all
    .filter(
      ([path, how]) =>
        !all.some(([other, same]) => other !== path && same === how && isWithin(path, other)),
    )
    .map(([path, how]) => [how, path, path]);
}
