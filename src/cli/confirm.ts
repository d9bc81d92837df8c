import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Io } from "./command.ts";

/**
 * Asks in the terminal whether to go on; only `y` and `yes` are a yes, and an empty line, Ctrl-C and the end of input
 * are none.
 *
 * @param question printed as it is: one or more lines without the `[y/N]`
 * @throws KugetsuError `failed` when the answer is no, or nobody can be asked
 */
export async function confirm(question: string, io: Pick<Io, "stdin" | "stderr">): Promise<void> {
  if (!io.stdin.isTTY) {
    throw new KugetsuError("failed", "There is no terminal to ask in; nothing was changed.", {
      hint: "-y goes on without asking.",
    });
  }
  const lines = question.split("\n");
  const last = lines.pop() ?? "";
  // Readline draws its prompt anew with every key: one line is enough for that.
  io.stderr.write(lines.map((line) => `${line}\n`).join(""));
  const answer = await ask(`${last} [y/N] `, io);
  if (!/^\s*y(?:es)?\s*$/i.test(answer))
    throw new KugetsuError("failed", "Cancelled; nothing was changed.");
}

async function ask(prompt: string, { stdin, stderr }: Pick<Io, "stdin" | "stderr">) {
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      stderr.write(chunk.toString());
      done();
    },
  });
  using lines = createInterface({ input: stdin, output, terminal: true, historySize: 0 });
  const answer = Promise.withResolvers<string>();
  const cancelled = () => {
    stderr.write("\n");
    answer.resolve("");
  };
  lines.once("line", answer.resolve).once("SIGINT", cancelled).once("close", cancelled);
  lines.setPrompt(prompt);
  lines.prompt();
  try {
    return await answer.promise;
  } finally {
    lines.off("close", cancelled);
  }
}
