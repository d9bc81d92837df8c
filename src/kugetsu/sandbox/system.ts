import { lstat, readdir, readlink, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What of the machine is visible in every box, all of it read-only. */
export interface System {
  readonly directories: readonly string[];
  /** Links at the top, such as `/bin` → `usr/bin`. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Files and directories below `directories` that are covered by something empty. */
  readonly hiddenFiles: readonly string[];
  readonly hiddenDirectories: readonly string[];
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
}

const ROOTS = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"];
/** Covers /etc with all packages of a large machine, and a toolchain or two. */
const MOST_ENTRIES = 60_000;

/**
 * Looks at the machine. Of /etc, and of toolchains outside /usr, only what everybody on the machine may read is left
 * visible: inside the box the agent is the bot's own user for the kernel, or root, whom modes would not stop.
 */
export async function viewSystem(options: SystemOptions): Promise<System> {
  const directories: string[] = [];
  const links: { path: string; target: string }[] = [];
  for (const path of ROOTS) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink() === true) links.push({ path, target: await readlink(path) });
    else if (found?.isDirectory() === true) directories.push(path);
  }
  const secret = await Promise.all(options.secret.map(resolved));
  const checked = [
    "/etc",
    "/usr/local/etc",
    ...(await toolchains(options.path, [...directories, ...secret])),
  ];
  const shown = await existing(options.shown);
  const budget = { left: MOST_ENTRIES };
  const hidden: Hidden = { files: [], directories: [] };
  for (const root of checked) if (!shown.includes(root)) await hide(root, hidden, budget);
  const visible = [...new Set([...directories, ...checked, ...shown])].filter(
    (path, _, all) => !all.some((other) => other !== path && isWithin(path, other)),
  );
  return {
    directories: visible,
    links,
    hiddenFiles: hidden.files,
    hiddenDirectories: [
      ...hidden.directories,
      ...secret.filter((path) => visible.some((root) => isWithin(path, root))),
    ],
    files: await outside(["/etc/resolv.conf", "/etc/localtime"], visible),
  };
}

interface Hidden {
  readonly files: string[];
  readonly directories: string[];
}

/** Notes what below a directory not everybody may read. What the budget does not reach is hidden as a whole. */
async function hide(directory: string, hidden: Hidden, budget: { left: number }): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => undefined);
  budget.left -= entries?.length ?? 0;
  if (entries === undefined || budget.left < 0) {
    hidden.directories.push(directory);
    return;
  }
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isSymbolicLink()) continue;
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) continue;
    if (found.isDirectory()) {
      if ((found.mode & 0o005) === 0o005) await hide(path, hidden, budget);
      else hidden.directories.push(path);
    } else if (!found.isFile() || (found.mode & 0o004) === 0) hidden.files.push(path);
  }
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
  return [...found].filter((root) => ![...found].some((o) => o !== root && isWithin(root, o)));
}

async function outside(
  paths: readonly string[],
  visible: readonly string[],
): Promise<readonly string[]> {
  const targets = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)));
  return targets
    .filter((target) => target !== undefined)
    .filter((target) => !visible.some((root) => isWithin(target, root)));
}

async function existing(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return paths.filter((_, index) => found[index]?.isDirectory() === true);
}

async function resolved(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** Whether a path is that directory, or lies in it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);
}
