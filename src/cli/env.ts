import { readHome } from "../config.ts";
import { createEnvFiles, type EnvFiles } from "../kugetsu/env/files.ts";
import { openHome } from "../kugetsu/home.ts";
import { type CliCommand, type Io, UsageError } from "./command.ts";
import { get, list, remove, set, show } from "./env-verbs.ts";

/** One verb of `kugetsu env`. */
type EnvVerb = (args: readonly string[], files: EnvFiles, io: Io) => Promise<void>;

const VERBS = { list, show, set, get, rm: remove } satisfies Record<string, EnvVerb>;

/** `kugetsu env …`: the variables that agents get. Works before `init`. */
export const env: CliCommand = {
  summary: "show and change the variables that agents get",
  usage: `Usage: kugetsu env list [--json]
       kugetsu env show [FILE] [--json]
       kugetsu env set NAME [VALUE|-] [FILE]
       kugetsu env get NAME [FILE]
       kugetsu env rm NAME [FILE]

FILE is \`default\` (all agents; if left out) or \`pm-agent\` (PM agents, over default).
Without VALUE it is asked for; \`-\` reads it from standard input.
\`list\` shows names, \`show\` masks values, \`get\` prints one. A value that begins with a dash: set NAME -- VALUE`,
  async run(args, io) {
    const [name, ...rest] = args;
    const verb =
      name !== undefined && Object.hasOwn(VERBS, name)
        ? VERBS[name as keyof typeof VERBS]
        : undefined;
    if (verb === undefined) {
      throw new UsageError(
        name === undefined ? "`env` needs a verb." : `There is no \`env ${name.slice(0, 40)}\`.`,
        `It is one of ${Object.keys(VERBS).join(", ")}.`,
      );
    }
    const warn = (message: string) => {
      io.stderr.write(`kugetsu: ${message}\n`);
    };
    const home = await openHome(readHome(io.env), { warn });
    await verb(rest, createEnvFiles(home.env, { warn }), io);
  },
};
