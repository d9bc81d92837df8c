import { lstat, readdir, readlink, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { directoriesAmong, isDirectory } from "../git/directory.ts";

/** What of the machine is visible in every box, all of it read-only. */
export interface System {
  readonly directories: readonly string[];
  /** What stands for /etc. */
  readonly etc: string;
  /** Links at the top, such as `/bin` → `usr/bin`. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Directories below `directories` that are covered by an empty one. */
  readonly hidden: readonly string[];
  /** Files that a visible link names, and that lie elsewhere: /etc/resolv.conf often is such a link. */
  readonly files: readonly string[];
}

export interface SystemOptions {
  /** PATH of the agents: a toolchain beside /usr is visible if it is on it. */
  readonly path: string | undefined;
  /** Absolute directories that the operator shows to agents. */
  readonly shown: readonly string[];
  /** Absolute directories that no agent may look into, wherever they lie: the home of kugetsu, the user's own. */
  readonly secret: readonly string[];
  readonly warn: (message: string) => void;
}

const ROOTS = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"];
/** A toolchain or two; looking at more would take seconds. */
const MOST_ENTRIES = 60_000;

/** Looks at the machine, but for /etc, of which boxes get copies. */
export async function viewSystem(options: SystemOptions): Promise<Omit<System, "etc">> {
  const directories: string[] = [];
  const links: { path: string; target: string }[] = [];
  for (const path of ROOTS) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink() === true) links.push({ path, target: await readlink(path) });
    else if (found?.isDirectory() === true) directories.push(path);
  }
  const secret = await Promise.all(options.secret.map(resolved));
  const shown = await existing(options.shown, options.warn);
  const taken = ["/etc", ...directories, ...secret, ...shown];
  const tools = await openToEverybody(await toolchains(options.path, taken), options.warn);
  const visible = outermost([...directories, ...tools, ...shown]);
  const local = (await isOpenToEverybody("/usr/local/etc")) ? [] : ["/usr/local/etc"];
  const there = await directoriesAmong([...local, ...secret]);
  return {
    directories: visible,
    links,
    hidden: outermost(there).filter((path) => visible.some((root) => isWithin(path, root))),
    files: await outside(["/etc/resolv.conf", "/etc/localtime"], visible),
  };
}

/**
 * The directories above the `bin`s on the PATH that lie outside the system's own: `/opt/go` for `/opt/go/bin`. None
 * of a user's home, where credentials lie beside programs: those the operator has to name.
 */
async function toolchains(
  path: string | undefined,
  taken: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const entry of (path ?? "").split(":")) {
    if (!/^\/.+\/s?bin\/?$/.test(entry)) continue;
    const real = await realpath(entry).catch(() => undefined);
    if (real === undefined || !/\/s?bin$/.test(real)) continue;
    const root = dirname(real);
    const isHome = /^\/(?:home|root|tmp|var\/tmp|run|proc|sys|dev|srv|mnt|media)(?:\/|$)/.test(
      root,
    );
    if (root === "/" || isHome) continue;
    if (taken.some((other) => isWithin(root, other) || isWithin(other, root))) continue;
    found.add(root);
  }
  return outermost([...found]);
}

/**
 * Only a toolchain of which everybody may read all is shown unasked: inside a box the agent is the bot's own user for
 * the kernel, or root, whom modes do not stop.
 */
async function openToEverybody(
  roots: readonly string[],
  warn: (message: string) => void,
): Promise<readonly string[]> {
  const shown: string[] = [];
  for (const root of roots) {
    if (await isOpenToEverybody(root)) shown.push(root);
    else {
      warn(
        `Agents do not see ${root}, which is on the PATH: it is large, or not everybody may read all of it. SANDBOX_READ=${root} shows it.`,
      );
    }
  }
  return shown;
}

async function isOpenToEverybody(root: string): Promise<boolean> {
  for (let path = root; path !== "/"; path = dirname(path)) {
    const needed = path === root ? 0o005 : 0o001;
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined || (found.mode & needed) !== needed) return false;
  }
  const open = [root];
  let left = MOST_ENTRIES;
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
    left -= entries?.length ?? 0;
    if (entries === undefined || left < 0) return false;
    for (const entry of entries) {
      if (entry.isSymbolicLink()) continue;
      const path = join(directory, entry.name);
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined) continue;
      const needed = found.isDirectory() ? 0o005 : 0o004;
      if ((found.mode & needed) !== needed) return false;
      if (found.isDirectory()) open.push(path);
    }
  }
  return true;
}

async function outside(
  paths: readonly string[],
  visible: readonly string[],
): Promise<readonly string[]> {
  const targets = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)));
  return targets
    .filter((target) => target !== undefined)
    .filter((target) => ![...visible, "/etc"].some((root) => isWithin(target, root)));
}

/** A link to a directory shows what it leads to, unless that is secret. */
async function existing(
  paths: readonly string[],
  warn: (message: string) => void,
): Promise<readonly string[]> {
  const there: string[] = [];
  for (const path of paths) {
    const real = await resolved(path);
    if (isWithin(real, "/etc")) warn(`SANDBOX_READ names ${path}: of /etc agents get a copy.`);
    else if (await isDirectory(real)) there.push(real);
    else warn(`SANDBOX_READ names ${path}, which is no directory.`);
  }
  return there;
}

function outermost(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].filter(
    (path, _, all) => !all.some((other) => other !== path && isWithin(path, other)),
  );
}

async function resolved(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** Whether a path is that directory, or lies in it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);
}
