import { readVersion } from "../version.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand } from "./command.ts";

/** `kugetsu version` */
export const version: CliCommand = {
  summary: "show the version",
  usage: "Usage: kugetsu version [--json]",
  async run(args, { stdout }) {
    const { values } = parseArguments(args, { json: { type: "boolean" } }, { max: 0 });
    const current = await readVersion();
    stdout.write(
      `${values.json === true ? JSON.stringify({ version: current, node: process.versions.node }) : current}\n`,
    );
  },
};
