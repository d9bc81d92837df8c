import { text } from "node:stream/consumers";
import { type Io, UsageError } from "./command.ts";

/** The message of an order: as it was typed, or with `-` what standard input holds. @throws UsageError for an empty one */
export async function readMessage(typed: string, { stdin }: Pick<Io, "stdin">): Promise<string> {
  const message = typed === "-" ? await text(stdin) : typed;
  if (message.trim() !== "") return message.trim();
  throw new UsageError(
    typed === "-" ? "There is no message on standard input." : "The message is empty.",
  );
}
