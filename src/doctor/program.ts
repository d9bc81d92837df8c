import { access, constants, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { execa } from "execa";

/** What a program printed, or why there is nothing: `undefined` when it did not run or failed. */
export async function outputOf(
  file: string,
  args: readonly string[],
  options: { readonly path: string | undefined; readonly signal: AbortSignal },
): Promise<string | undefined> {
  // A home of its own: programs like to write into it as soon as they start.
  const home = await mkdtemp(join(tmpdir(), "kugetsu-doctor-"));
  try {
    const ended = await execa(file, args, {
      cwd: home,
      env: { PATH: options.path ?? "", HOME: home, TMPDIR: home, LC_ALL: "C" },
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      maxBuffer: 64 * 1024,
      cancelSignal: options.signal,
      // It has nothing to lose, and what it started is not to outlive it.
      killSignal: "SIGKILL",
      killDescendants: true,
    });
    return ended.exitCode === 0 ? ended.stdout : undefined;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Every program of that name on a PATH, the one that is started first. */
export async function allOnPath(name: string, path: string | undefined): Promise<string[]> {
  const directories = (path ?? "").split(":").filter((directory) => isAbsolute(directory));
  const files = [...new Set(directories)].map((directory) => join(directory, name));
  const isProgram = await Promise.all(files.map(async (file) => canBeStarted(file)));
  return files.filter((_, index) => isProgram[index]);
}

async function canBeStarted(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
