import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { KugetsuError } from "../errors.ts";
import { writeAccount } from "./account.ts";
import { bubblewrapCommand, type Account, type Tools } from "./arguments.ts";
import { openBox, type Box, type BoxedCommand } from "../box.ts";
import { controlGroups, type ControlGroups } from "./cgroup.ts";
import { DEFAULT_LIMITS, type BoxLimits } from "./limits.ts";
import { viewSystem, type System, type SystemOptions } from "./system.ts";
import { findTools, type Missing } from "./tools.ts";

/** How agents are kept apart from the machine. */
export interface Sandbox extends Disposable {
  readonly kind: "bubblewrap" | "off";
  readonly box: Box;
  readonly limits: BoxLimits;
  /** Whether a box can be made right now; always true where there is none. */
  works(): Promise<boolean>;
}

export interface SandboxOptions extends Omit<SystemOptions, "secret"> {
  /** KUGETSU_HOME, absolute. */
  readonly home: string;
  /** Further absolute directories that no agent may look into. */
  readonly secret: readonly string[];
  readonly limits?: BoxLimits;
  readonly warn?: (message: string) => void;
}

/** The machine may get new packages, and new secrets in /etc, while the bot runs. */
const FRESH_MS = 60_000;
const PROBE_MS = 10_000;

const UNLIMITED =
  "The bot runs as root and cannot make control groups: how many processes an agent starts is watched, but nothing holds it back. " +
  "Run the bot as another user, or set a limit for its container.";

/** Agents without a sandbox: for who has written so. */
export function noSandbox(limits: BoxLimits = DEFAULT_LIMITS): Sandbox {
  return {
    kind: "off",
    box: openBox,
    limits,
    works: async () => true,
    [Symbol.dispose]: () => undefined,
  };
}

/**
 * A sandbox of bubblewrap, tried out.
 *
 * @throws KugetsuError `failed` when this machine has none, or does not let it work; its hint says what to do
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { limits = DEFAULT_LIMITS } = options;
  const tools = await findTools(options.path);
  if ("why" in tools) throw unusable(tools);
  const secret = [options.home, ...options.secret];
  const look = async () => viewSystem({ path: options.path, shown: options.shown, secret });
  let system = await look();
  let seenAt = Date.now();
  const refresh = async () => {
    system = await look();
  };
  const account = await writeAccount(join(options.home, "tmp", "account"));
  const groups = process.getuid?.() === 0 ? controlGroups(limits) : undefined;
  groups?.clean();
  if (groups?.usable === false) options.warn?.(UNLIMITED);

  const box: Box = (command) => {
    if (Date.now() - seenAt > FRESH_MS) {
      seenAt = Date.now();
      void refresh();
    }
    return boxed(command, { tools, system: asItIs(system), account, limits, groups });
  };
  const failure = await probe(box);
  if (failure !== undefined) throw unusable(failure);
  return {
    kind: "bubblewrap",
    box,
    limits,
    works: async () => (await probe(box)) === undefined,
    [Symbol.dispose]: () => groups?.close(),
  };
}

/** The words with which whoever needs a sandbox is refused. */
function unusable({ why, hint }: Missing): KugetsuError {
  return new KugetsuError("failed", `Agents cannot run in a sandbox. ${why}`, {
    hint: `${hint}\n  SANDBOX=off runs agents without one: they can then read whatever this user can read.`,
  });
}

/** What has gone since it was looked at cannot be covered, and need not be. */
function asItIs(system: System): System {
  const { hiddenFiles, hiddenDirectories } = system;
  return {
    ...system,
    hiddenFiles: hiddenFiles.filter((path) => existsSync(path)),
    hiddenDirectories: hiddenDirectories.filter((path) => existsSync(path)),
  };
}

function boxed(
  command: BoxedCommand,
  machine: {
    readonly tools: Tools;
    readonly system: System;
    readonly account: Account;
    readonly limits: BoxLimits;
    readonly groups: ControlGroups | undefined;
  },
): BoxedCommand {
  const args = bubblewrapCommand(command, machine);
  // One group for all that works on the same place, its git commands included.
  const groups = machine.groups?.join(command.writable[0] ?? command.cwd) ?? [];
  const [file = machine.tools.bwrap, ...rest] =
    groups.length === 0 ? args : [...JOIN(groups), ...args];
  // bubblewrap goes to `cwd` by itself: outside it need not even be reachable.
  return { ...command, file, args: rest, cwd: "/" };
}

/** A process can only be put into a group by somebody outside the box: it does so itself, right before. */
const JOIN = (groups: readonly string[]): string[] => [
  "/bin/sh",
  "-c",
  `${groups.map((_, index) => `echo $$ >"$${index + 1}"`).join(" && ")} && shift ${groups.length} && exec "$@"`,
  "sh",
  ...groups,
];

/** Runs nothing in a box; answers why that does not work. */
async function probe(box: Box): Promise<Missing | undefined> {
  const command = box({
    file: "true",
    args: [],
    cwd: "/",
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    writable: [],
    readable: [],
  });
  const ended = await execa(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: PROBE_MS,
  });
  if (ended.exitCode === 0) return undefined;
  const words = (ended.stderr ?? "").trim().split("\n").at(-1)?.slice(0, 300) ?? "";
  return {
    why: `bubblewrap does not work here: ${words === "" ? "it did not start" : words}.`,
    hint: HINT,
  };
}

const HINT =
  "It needs user namespaces: in a container set `security_opt: [seccomp:unconfined, apparmor:unconfined, systempaths=unconfined]`; " +
  "on Ubuntu allow them for bwrap in AppArmor; elsewhere see `sysctl user.max_user_namespaces kernel.unprivileged_userns_clone`.";
