import { execa } from "execa";

/** Runs git with an environment of its own: nothing of the caller's configuration reaches it. */
export interface Git {
  /** @throws ExecaError when git fails */
  run(cwd: string, args: readonly string[], options?: GitOptions): Promise<string>;
  /** Whether git succeeded, and what it wrote. */
  try(
    cwd: string,
    args: readonly string[],
    options?: GitOptions,
  ): Promise<{ ok: boolean; stdout: string }>;
  readonly env: Readonly<Record<string, string>>;
}

interface GitOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const SYSTEM_PATH =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin";

export function createGit(home: string, path = SYSTEM_PATH): Git {
  const env = {
    PATH: path,
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
  };
  async function run(cwd: string, args: readonly string[], options: GitOptions, reject: boolean) {
    return execa("git", ["-c", "core.quotePath=false", ...args], {
      cwd,
      env: { ...env, ...options.env },
      extendEnv: false,
      stripFinalNewline: false,
      reject,
      stdin: options.input === undefined ? "ignore" : "pipe",
      ...(options.input !== undefined && { input: options.input }),
    });
  }
  return {
    env,
    async run(cwd, args, options = {}) {
      return (await run(cwd, args, options, true)).stdout;
    },
    async try(cwd, args, options = {}) {
      const result = await run(cwd, args, options, false);
      return { ok: !result.failed, stdout: result.stdout };
    },
  };
}
