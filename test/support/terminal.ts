import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Why no terminal can be had here; undefined where tmux is. Tests that need one are skipped elsewhere. */
export const NO_TMUX: string | undefined = whyNot();

/** A program in a terminal of its own, and a person before it. */
export interface Terminal extends AsyncDisposable {
  /** Types a text, and then a key by tmux' name for it: Enter unless told, "" for none. */
  type(text: string, key?: string): void;
  resize(width: number, height: number): void;
  /** What stands on the screen now. */
  screen(): string;
  /** Resolves with the screen as soon as it shows that. */
  until(shown: RegExp, timeoutMs?: number): Promise<string>;
  /** Resolves with the exit code, and all that is on the screen, when the program has ended. */
  ended(timeoutMs?: number): Promise<{ readonly exitCode: number; readonly screen: string }>;
}

/** Runs a command in a terminal of 100 by 30 that tmux makes. */
export async function openTerminal(
  command: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Promise<Terminal> {
  const root = await mkdtemp(join(tmpdir(), "kugetsu-tmux-"));
  const env = { PATH: process.env["PATH"], LANG: "C.UTF-8", ...options.env };
  const tmux = (...args: (string | readonly string[])[]) =>
    execFileSync("tmux", ["-f", "/dev/null", "-S", join(root, "socket"), ...args.flat()], {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const words = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
  // The socket's server lives as long as its session; a dead pane keeps its screen.
  tmux(
    ["new-session", "-d", "-s", "t", "-x", "100", "-y", "30", "-c", options.cwd],
    [words, ";", "set-option", "-t", "t", "remain-on-exit", "on"],
  );
  const screen = () => tmux("capture-pane", "-p", "-t", "t");
  const poll = async <T>(look: () => T | undefined, what: string, timeoutMs: number) => {
    for (const until = Date.now() + timeoutMs; Date.now() < until; await sleep(100)) {
      const found = look();
      if (found !== undefined) return found;
    }
    throw new Error(`${what} did not come. The screen:\n${screen()}`);
  };
  return {
    screen,
    type(text, key = "Enter") {
      if (text !== "") tmux("send-keys", "-t", "t", "-l", "--", text);
      if (key !== "") tmux("send-keys", "-t", "t", key);
    },
    resize(width, height) {
      tmux("resize-window", "-t", "t", "-x", String(width), "-y", String(height));
    },
    until: (shown, timeoutMs = 60_000) =>
      poll(
        () => {
          const now = screen();
          return shown.test(now) ? now : undefined;
        },
        String(shown),
        timeoutMs,
      ),
    ended: (timeoutMs = 60_000) =>
      poll(
        () => {
          const facts = "#{pane_dead} #{pane_dead_status}";
          const [dead, status] = tmux("display-message", "-p", "-t", "t", facts).split(" ");
          return dead === "1" ? { exitCode: Number(status), screen: screen() } : undefined;
        },
        "The end",
        timeoutMs,
      ),
    async [Symbol.asyncDispose]() {
      try {
        tmux("kill-server");
      } catch {
        // It has ended by itself.
      }
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function whyNot(): string | undefined {
  try {
    execFileSync("tmux", ["-V"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "tmux is not installed";
  }
}
