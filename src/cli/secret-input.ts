import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { KugetsuError } from "../kugetsu/errors.ts";
import { type Io, UsageError } from "./command.ts";

/**
 * A value that must not stand in the command line: asked for without echo in a terminal, else read from standard
 * input to its end (only when `-` says so), without the line break that ends it.
 */
export async function readSecret(
  prompt: string,
  given: string | undefined,
  io: Io,
): Promise<string> {
  if (io.stdin.isTTY) return askHidden(prompt, io);
  if (given !== "-") {
    throw new UsageError("The value is missing.", "Write `-` to read it from standard input.");
  }
  return (await text(io.stdin)).replace(/\r?\n$/, "");
}

async function askHidden(prompt: string, io: Io): Promise<string> {
  // Readline echoes into its output; the prompt is written past it.
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  io.stderr.write(prompt);
  using lines = createInterface({
    input: io.stdin,
    output: nowhere,
    terminal: true,
    historySize: 0,
  });
  const answer = Promise.withResolvers<string>();
  const cancelled = () => {
    answer.reject(new KugetsuError("failed", "Cancelled; nothing was changed."));
  };
  lines.once("line", answer.resolve).once("SIGINT", cancelled).once("close", cancelled);
  try {
    return await answer.promise;
  } finally {
    io.stderr.write("\n");
  }
}
