import type { Context } from "hono";
import { KugetsuError } from "../kugetsu/errors.ts";

/** An error as it crosses a socket. */
export interface SocketError {
  readonly code: KugetsuError["code"];
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Answers with what an error says to people; anything unknown is an internal one, which `unknown` is told. */
export function answerError(
  c: Context,
  error: unknown,
  unknown: (error: unknown) => void,
): Response {
  if (!(error instanceof KugetsuError)) unknown(error);
  const told: SocketError =
    error instanceof KugetsuError
      ? { code: error.code, message: error.message, hint: error.hint }
      : { code: "internal", message: "Internal error; the server's log has it." };
  return c.json({ error: told }, 400);
}
