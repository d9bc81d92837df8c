import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, execaSync } from "execa";
import { onTestFinished } from "vitest";

export const SCRIPTS = fileURLToPath(new URL("../../scripts/", import.meta.url));

/** Whether a program is on the PATH. */
export function has(program: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether the scripts know the distribution of this machine. */
export const IS_KNOWN = /^ID=(?:debian|ubuntu|fedora)$/m.test(release());

const AS_ROOT = ["--unshare-user", "--uid", "0", "--gid", "0"];

/** Whether a script can be run as root on a machine that it cannot change. */
export const HAS_MACHINE =
  has("bwrap") && execaSync("bwrap", [...machine(), "true"], { reject: false }).exitCode === 0;

export interface ScriptOptions {
  readonly env?: Record<string, string>;
  readonly input?: string;
  /** Further options of bubblewrap. */
  readonly machine?: readonly string[];
}

/** Runs a script as it is called in the documents; in a dry run it changes nothing. */
export async function script(name: string, args: readonly string[], options: ScriptOptions = {}) {
  return answer(["bash", join(SCRIPTS, name), ...args], options);
}

/** The same, as root on a machine that cannot be changed and on which no systemd runs. */
export async function scriptOnMachine(
  name: string,
  args: readonly string[],
  options: ScriptOptions = {},
) {
  const command = ["bash", join(SCRIPTS, name), ...args];
  return answer(["bwrap", ...machine(), ...(options.machine ?? []), ...command], options);
}

/** A directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "kugetsu-script-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

function release(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}

function machine(): string[] {
  return [...AS_ROOT, "--ro-bind", "/", "/", "--tmpfs", "/run", "--dev", "/dev", "--unshare-pid"];
}

async function answer([file = "", ...args]: readonly string[], { env, input }: ScriptOptions) {
  const ended = await execa(file, args, {
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...env },
    extendEnv: false,
    reject: false,
    ...(input === undefined ? { stdin: "ignore" } : { input }),
  });
  return { exitCode: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
}
