import type { EnvFiles } from "../kugetsu/env/files.ts";
import { maskValue } from "../kugetsu/env/mask.ts";
import { checkVariableName, formatAssignment } from "../kugetsu/env/lines.ts";
import { isForgeCredential, withheldName } from "../kugetsu/env/withheld.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { parseArguments } from "./arguments.ts";
import { asUsage } from "./as-usage.ts";
import { type Io, UsageError } from "./command.ts";
import { nearest } from "./nearest.ts";
import { readSecret } from "./secret-input.ts";

const JSON_OPTION = { json: { type: "boolean" } } as const;

export async function list(args: readonly string[], files: EnvFiles, io: Io): Promise<void> {
  const { values } = parseArguments(args, JSON_OPTION, { max: 0 });
  const entries = await Promise.all(
    (await files.list()).map(async (file) => ({
      file,
      path: files.path(file),
      names: [...(await files.read(file)).keys()],
    })),
  );
  if (values.json === true) {
    io.stdout.write(`${JSON.stringify(entries)}\n`);
    return;
  }
  const width = Math.max(...entries.map(({ file }) => file.length));
  for (const { file, names } of entries)
    io.stdout.write(`${file.padEnd(width)}  ${names.join(" ") || "(empty)"}\n`);
}

export async function show(args: readonly string[], files: EnvFiles, io: Io): Promise<void> {
  const { values, positionals } = parseArguments(args, JSON_OPTION, { max: 1 });
  const file = await knownFile(files, positionals[0]);
  const masked = [...(await files.read(file))].map(
    ([name, value]) => [name, maskValue(value)] as const,
  );
  if (values.json === true) {
    io.stdout.write(`${JSON.stringify({ file, variables: Object.fromEntries(masked) })}\n`);
    return;
  }
  for (const [name, value] of masked) io.stdout.write(`${name}=${value}\n`);
}

export async function get(args: readonly string[], files: EnvFiles, io: Io): Promise<void> {
  const [name, wanted] = parseArguments(args, {}, { max: 2 }).positionals;
  checkName(name, "get");
  const file = await knownFile(files, wanted);
  const value = await files.get(file, name);
  if (value === undefined) throw missing(name, file);
  io.stdout.write(`${value}\n`);
}

export async function set(args: readonly string[], files: EnvFiles, io: Io): Promise<void> {
  const [name, given, wanted] = parseArguments(args, {}, { max: 3 }).positionals;
  checkName(name, "set");
  if (wanted === undefined && given !== undefined && (await files.list()).includes(given)) {
    throw new UsageError(
      `${given} stands where the value belongs.`,
      `Write \`kugetsu env set ${name} - ${given}\` to be asked for the value.`,
    );
  }
  const file = await knownFile(files, wanted);
  const value =
    given === undefined || given === "-"
      ? await readSecret(`${name} (${file}): `, given, io)
      : given;
  // Whoever sees the usage has changed nothing.
  asUsage(() => formatAssignment(name, value));
  await files.set(file, name, value);
  for (const warning of warningsOf(name, file, given)) io.stderr.write(`kugetsu: ${warning}\n`);
}

export async function remove(args: readonly string[], files: EnvFiles): Promise<void> {
  const [name, wanted] = parseArguments(args, {}, { max: 2 }).positionals;
  checkName(name, "rm");
  const file = await knownFile(files, wanted);
  if (!(await files.remove(file, name))) throw missing(name, file);
}

function checkName(name: string | undefined, verb: string): asserts name is string {
  if (name === undefined) throw new UsageError(`\`env ${verb}\` needs a name.`);
  asUsage(() => checkVariableName(name));
}

function warningsOf(name: string, file: string, given: string | undefined): string[] {
  const why =
    withheldName(name) ??
    (isForgeCredential(name) && file !== "pm-agent"
      ? "a forge token belongs into pm-agent.env alone"
      : undefined);
  return [
    ...(given === undefined || given === "-"
      ? []
      : [
          "A value in the command line is seen by everybody on this machine (ps) and kept in your shell's history. " +
            "Leave it out to be asked, or write `-` to read it from standard input.",
        ]),
    ...(why === undefined ? [] : [`It is stored, but agents do not get ${name}: ${why}.`]),
  ];
}

/** A file that nothing reads would look set and do nothing. */
async function knownFile(files: EnvFiles, wanted = "default"): Promise<string> {
  const names = await files.list();
  if (names.includes(wanted)) return wanted;
  const meant = nearest(wanted, names);
  throw new UsageError(
    `There is no env file ${JSON.stringify(wanted.slice(0, 40))}.`,
    meant === undefined ? `There are ${names.join(", ")}.` : `Did you mean ${meant}?`,
  );
}

function missing(name: string, file: string): KugetsuError {
  return new KugetsuError("not_found", `${name.slice(0, 60)} is not set in ${file}.env.`, {
    hint: "`kugetsu env list` shows the names that are.",
  });
}
