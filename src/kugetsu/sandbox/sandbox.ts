import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { KugetsuError } from "../errors.ts";
import { bubblewrapCommand, type Tools } from "./arguments.ts";
import { copiesOfEtc } from "./etc.ts";
import { openBox, type Box, type BoxedCommand } from "../box.ts";
import { controlGroups, type ControlGroups } from "./cgroup.ts";
import { DEFAULT_LIMITS, type BoxLimits } from "./limits.ts";
import { viewSystem, type System, type SystemOptions } from "./system.ts";
import { findTools, type Missing } from "./tools.ts";

/** How agents are kept apart from the machine. */
export interface Sandbox extends AsyncDisposable {
  readonly kind: "bubblewrap" | "off";
  readonly box: Box;
  readonly limits: BoxLimits;
  /** Whether a box can be made right now; always true where there is none. */
  works(): Promise<boolean>;
}

export interface SandboxOptions extends Omit<SystemOptions, "secret" | "warn"> {
  /** KUGETSU_HOME, absolute. */
  readonly home: string;
  /** Further absolute directories that no agent may look into. */
  readonly secret: readonly string[];
  /** Files and directories of kugetsu's own that agents need wherever they lie, such as opencode. */
  readonly programs?: readonly string[];
  readonly limits?: BoxLimits | undefined;
  /** Orders come from other people than whoever started this process. */
  readonly servesOthers?: boolean;
  readonly warn?: (message: string) => void;
}

/** The machine may get new packages, and new secrets in /etc, while the bot runs. */
const FRESH_MS = 60_000;
/** Toolchains change rarely, and looking through one takes seconds. */
const LOOK_MS = 30 * 60_000;
const PROBE_MS = 10_000;

const AS_ROOT =
  "The bot runs as root, and so do its agents for the kernel. A user of its own keeps them off whatever trusts root on this machine.";
const UNLIMITED =
  "The bot cannot make control groups: how many processes an agent starts is watched, but nothing holds it back. " +
  "Set a limit for its container, or run the bot as another user, whose processes the kernel counts.";

/** Agents without a sandbox: for who has written so. */
export function noSandbox(limits: BoxLimits = DEFAULT_LIMITS): Sandbox {
  return {
    kind: "off",
    box: openBox,
    limits,
    works: async () => true,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/**
 * A sandbox of bubblewrap, tried out.
 *
 * @throws KugetsuError `failed` when this machine has none, or does not let it work; its hint says what to do
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { limits = DEFAULT_LIMITS, home, path, shown, warn = () => undefined } = options;
  const tools = await findTools(path);
  if ("why" in tools) throw unusable(tools);
  const isRoot = process.getuid?.() === 0;
  const groups = isRoot ? controlGroups(limits) : undefined;
  groups?.clean();
  if (isRoot && options.servesOthers === true) warn(AS_ROOT);
  if (groups?.usable === false) warn(UNLIMITED);

  const etc = await copiesOfEtc(join(home, "tmp", "etc"));
  const secret = [home, ...options.secret];
  const told = new Set<string>();
  const warnOnce = (message: string) => {
    if (!told.has(message)) warn(message);
    told.add(message);
  };
  const look = async () => viewSystem({ path, shown, secret, warn: warnOnce });
  const [view, copy] = await Promise.all([look(), etc.current()]);
  let system: System = { ...view, etc: copy };
  let seenAt = Date.now();
  let lookedAt = seenAt;
  const refresh = async () => {
    try {
      const isDue = Date.now() - lookedAt > LOOK_MS;
      if (isDue) lookedAt = Date.now();
      system = { ...(isDue ? await look() : system), etc: await etc.current() };
    } catch {
      // What was seen last goes on being shown, and the next look may work.
    }
  };
  const box: Box = (command) => {
    if (Date.now() - seenAt > FRESH_MS) {
      seenAt = Date.now();
      void refresh();
    }
    return boxed(command, { tools, system, limits, groups });
  };
  const trial = async () => probe(box, join(home, "tmp", "probe"), options.programs ?? []);
  const failure = await trial();
  if (failure !== undefined) {
    await etc[Symbol.asyncDispose]();
    throw unusable(failure);
  }
  return {
    kind: "bubblewrap",
    box,
    limits,
    works: async () => (await trial()) === undefined,
    [Symbol.asyncDispose]: async () => {
      await etc[Symbol.asyncDispose]();
      groups?.close();
    },
  };
}

/** The words with which whoever needs a sandbox is refused. */
function unusable({ why, hint }: Missing): KugetsuError {
  return new KugetsuError("failed", `Agents cannot run in a sandbox. ${why}`, {
    hint: `${hint}\n  SANDBOX=off runs agents without one: they can then read whatever this user can read.`,
  });
}

function boxed(
  command: BoxedCommand,
  machine: {
    readonly tools: Tools;
    readonly system: System;
    readonly limits: BoxLimits;
    readonly groups: ControlGroups | undefined;
  },
): BoxedCommand {
  const args = bubblewrapCommand(command, machine);
  const groups = machine.groups?.join(command.scope) ?? [];
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

/** Runs next to nothing in a box that has what every box has; answers why that does not work. */
async function probe(
  box: Box,
  place: string,
  programs: readonly string[],
): Promise<Missing | undefined> {
  await mkdir(place, { recursive: true, mode: 0o700 });
  const command = box({
    file: "touch",
    args: ["touched"],
    cwd: place,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: place },
    scope: "probe",
    writable: [place],
    readable: programs.filter((program) => existsSync(program)),
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
  const words =
    (ended.stderr ?? "").trim().split("\n").at(-1)?.slice(0, 300).replace(/\.+$/, "") ?? "";
  return {
    why: `bubblewrap does not work here: ${words === "" ? "it did not start" : words}.`,
    hint: HINT,
  };
}

const HINT =
  "It needs user namespaces: in a container of Docker's set `security_opt: [seccomp=unconfined, apparmor=unconfined, systempaths=unconfined]`; " +
  "on Ubuntu allow them for bwrap in AppArmor; elsewhere see `sysctl user.max_user_namespaces kernel.unprivileged_userns_clone`.";
