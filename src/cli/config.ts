import { join } from "node:path";
import { warningsOfBare } from "../admission/here.ts";
import { describeConfig, readHome, readWorkConfig } from "../config.ts";
import { instanceOf } from "../forges/setting.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { HeldSetting } from "../settings.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand, Io } from "./command.ts";
import { readHomeConfig } from "./read-config.ts";

/** `kugetsu config`. Works before `init`. */
export const config: CliCommand = {
  summary: "show every setting, its value and where it comes from",
  usage: `Usage: kugetsu config [--json]
       kugetsu config --path

Shows every setting but the secrets, its value, and where it comes from: the environment, a line of the file
KUGETSU_HOME/config, or the default. The environment wins over the file. What is wrong in the file is said on stderr.

The file has NAME=VALUE lines with # comments, in quotes or not; ~, $HOME and a leading \`export\` are understood,
and nothing in it is executed. A running server reads anew, before each turn or order, who is served and may order, by
what triggers, and the limits of turns; for what belongs to the start it has to be restarted (docs/configuration.md).

  --path  print the path of the file, whether it is there or not
  --json  print {"path", "settings": [{"name", "value", "source", "line"}]}`,
  async run(args, io) {
    const { values } = parseArguments(
      args,
      { path: { type: "boolean" }, json: { type: "boolean" } },
      { max: 0 },
    );
    const path = join(readHome(io.env), "config");
    if (values.path === true) {
      io.stdout.write(values.json === true ? `${JSON.stringify({ path })}\n` : `${path}\n`);
      return;
    }
    const { settings, warnings, check } = describeConfig(io.env, await readHomeConfig(io));
    io.stdout.write(
      values.json === true
        ? `${JSON.stringify({ path, settings: settings.map(toJson) })}\n`
        : table(settings),
    );
    for (const warning of [...warnings, ...(await namelessOf(io))])
      io.stderr.write(`kugetsu: ${warning}\n`);
    check();
  },
};

/** What is to be said of names in lists of people that are on no forge; nothing while a setting is wrong. */
async function namelessOf(io: Pick<Io, "env" | "stderr">): Promise<readonly string[]> {
  try {
    const held = readWorkConfig(
      io.env,
      await readHomeConfig({ ...io, stderr: { write: () => true } }),
    );
    const { createForgeFile } = await import("../forges/file.ts");
    const { forges } = await createForgeFile(held.home, held.forges).load();
    return warningsOfBare(held, [...held.forges, ...forges].map(instanceOf));
  } catch (error) {
    if (error instanceof KugetsuError) return [];
    throw error;
  }
}

function toJson({ name, value, from }: HeldSetting) {
  return typeof from === "number"
    ? { name, value: value ?? null, source: "config", line: from }
    : { name, value: value ?? null, source: from };
}

function table(settings: readonly HeldSetting[]): string {
  const rows = settings.map(({ name, value, from }) => ({
    name,
    value: value === undefined ? "-" : printable(value),
    source: typeof from === "number" ? `config:${from}` : from,
  }));
  const [names, values] = [width(rows.map((row) => row.name)), width(rows.map((row) => row.value))];
  return rows
    .map((row) => `${row.name.padEnd(names)}  ${row.value.padEnd(values)}  ${row.source}\n`)
    .join("");
}

function width(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "?");
}
