import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

/** A `kugetsu serve` of its own, started as a user would start it. */
export interface ServedBot extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** All that it wrote to stderr so far. */
  log(): string;
  /** Sends a signal to the server alone. */
  signal(name: "SIGTERM" | "SIGKILL"): void;
  /** Resolves with the exit code, or undefined when a signal ended it. */
  readonly exited: Promise<number | undefined>;
}

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));

/**
 * Starts the server and waits until it listens.
 * @param env the whole environment of the server, PATH included
 * @throws Error with what it wrote, when it ends before it listens
 */
export async function serveBot(env: Readonly<Record<string, string>>): Promise<ServedBot> {
  const child = execa(process.execPath, [CLI, "serve"], {
    env: { PORT: "0", ...env },
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: "ignore",
    stdout: "ignore",
  });
  let text = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (chunk: string) => {
    text += chunk;
  });
  const exited = child.then(({ exitCode }) => exitCode);
  for (;;) {
    const address = /http:\/\/127\.0\.0\.1:[0-9]+(?=\/webhooks)/.exec(text)?.[0];
    if (address !== undefined && child.pid !== undefined) {
      return {
        url: address,
        pid: child.pid,
        log: () => text,
        signal: (name) => {
          child.kill(name);
        },
        exited,
        [Symbol.asyncDispose]: async () => {
          child.kill("SIGTERM");
          await exited;
        },
      };
    }
    const ended = await Promise.race([
      exited.then(() => true),
      once(child.stderr, "data").then(() => false),
    ]);
    if (ended) throw new Error(`The server did not start:\n${text}`);
  }
}
