import { isToken } from "../../own-secrets.ts";
import { type Io, UsageError } from "../command.ts";
import { readSecret } from "../secret-input.ts";

/** A token from standard input (`-`), or asked for without echo. @throws UsageError for what is none */
export async function readToken(
  prompt: string,
  given: string | undefined,
  io: Io,
): Promise<string> {
  if (given !== undefined && given !== "-") {
    throw new UsageError(
      "A token in the command line is seen by everybody on this machine.",
      "Write `--token -` and let it come from standard input, or leave it out to be asked.",
    );
  }
  if (given === undefined && !io.stdin.isTTY)
    throw new UsageError("The token is missing.", "`--token -` reads it from standard input.");
  const token = (await readSecret(prompt, given, io)).trim();
  if (token === "" || !isToken(token)) throw new UsageError("That is no token.");
  return token;
}
