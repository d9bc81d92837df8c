import { KugetsuError } from "../kugetsu/errors.ts";
import { type Io, UsageError } from "./command.ts";

/** @throws UsageError where stdin or stdout is no terminal; `instead` says what works without one */
export function needTerminal(io: Pick<Io, "stdin" | "stdout">, command: string, instead: string) {
  if (io.stdin.isTTY && io.stdout.isTTY === true) return;
  throw new UsageError(`\`${command}\` needs a terminal: stdin and stdout must be one.`, instead);
}

/** What is told to opencode of the terminal that it draws on. */
export function terminalVariables(env: Io["env"]): Readonly<Record<string, string>> {
  const told = ["TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"].map(
    (name) => [name, env[name] ?? ""] as const,
  );
  return Object.fromEntries(told.filter(([, value]) => value !== ""));
}

/**
 * Lets a program have the terminal. One that is killed leaves its screen, mouse reports and raw mode behind, so that
 * unless it ends well the terminal is set back.
 */
export async function withTerminal<T>(
  { stdin, stdout }: Pick<Io, "stdin" | "stdout">,
  act: () => Promise<T>,
): Promise<T> {
  // Node remembers the mode that the terminal had before it was first raw.
  setRaw(stdin);
  try {
    return await act();
  } catch (error) {
    // What was refused before anything opened has left nothing behind.
    if (!(error instanceof KugetsuError) || error.code !== "conflict") stdout.write(RESET);
    setRaw(stdin);
    throw error;
  }
}

function setRaw(stdin: Io["stdin"]): void {
  stdin.setRawMode(true);
  stdin.setRawMode(false);
}

// The alternate screen is left; mouse, focus and paste reports, other keyboards and colours end; the cursor is shown.
const RESET =
  "\u001b[?1049l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?1004l\u001b[?2004l" +
  "\u001b[<u\u001b[>4;0m\u001b[?25h\u001b[0m";
