import { KugetsuError } from "../kugetsu/errors.ts";
import { type CliCommand, type Io, UsageError } from "./command.ts";
import { findCommand, VERBS } from "./commands.ts";

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

/** Runs one command line and returns the exit code: 0 done, 1 failed, 2 wrong usage. Never throws. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined) {
    const { overview } = await import("./help.ts");
    io.stderr.write(await overview());
    return WRONG_USAGE;
  }
  const name = ALIASES.get(first) ?? first;
  const command = await findCommand(name);
  if (command === undefined) {
    const { nearest } = await import("./nearest.ts");
    const meant = nearest(name, VERBS);
    const hint = `${meant === undefined ? "" : `Did you mean \`kugetsu ${meant}\`? `}\`kugetsu help\` lists all commands.`;
    print(io, `There is no command ${JSON.stringify(name.slice(0, 40))}.`, hint);
    return WRONG_USAGE;
  }
  if (asksForHelp(rest)) {
    io.stdout.write(`${command.usage}\n`);
    return DONE;
  }
  try {
    await command.run(rest, io);
    return DONE;
  } catch (error) {
    return report(error, command, io);
  }
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["--help", "help"],
  ["-h", "help"],
  ["--version", "version"],
]);

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

function report(error: unknown, command: CliCommand, io: Io): number {
  if (error instanceof UsageError) {
    // The error last: that is where people look.
    io.stderr.write(`${command.usage}\n\n`);
    print(io, error.message, error.hint);
    return WRONG_USAGE;
  }
  if (error instanceof KugetsuError) {
    print(io, error.message, error.hint);
    // A setting of the environment is as wrong as an argument, though no usage says how to mend it.
    return error.code === "invalid" ? WRONG_USAGE : FAILED;
  }
  // Its words may hold anything, so nobody but a developer gets them.
  const wantsDetail = ["debug", "trace"].includes(io.env["LOG_LEVEL"] ?? "");
  print(io, "Internal error.", wantsDetail ? undefined : "LOG_LEVEL=debug shows where.");
  if (wantsDetail) io.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return FAILED;
}

function print(io: Io, message: string, hint: string | undefined): void {
  io.stderr.write(`kugetsu: ${message}\n${hint === undefined ? "" : `  ${hint}\n`}`);
}
