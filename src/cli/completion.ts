import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findPackage } from "../kugetsu/package.ts";
import { parseArguments } from "./arguments.ts";
import { type CliCommand, type Io, UsageError } from "./command.ts";

const SHELLS: readonly string[] = ["bash", "zsh", "fish"];

/** `kugetsu completion SHELL`, and `words`, which the scripts of the shells call. */
export const completion: CliCommand = {
  summary: "print what makes a shell complete commands, options and issue refs",
  usage: `Usage: kugetsu completion bash|zsh|fish

For the shell that runs now, or in its start file (~/.bashrc, ~/.zshrc after compinit):

  source <(kugetsu completion bash)
  source <(kugetsu completion zsh)
  kugetsu completion fish > ~/.config/fish/completions/kugetsu.fish`,
  async run(args, io) {
    const [shell, ...rest] = args;
    if (shell === "words") {
      await complete(rest[0] === "--" ? rest.slice(1) : rest, io);
      return;
    }
    const [name] = parseArguments(args, {}, { max: 1 }).positionals;
    if (name === undefined || !SHELLS.includes(name)) {
      throw new UsageError(
        name === undefined
          ? "`completion` needs the name of a shell."
          : `There is no completion for ${JSON.stringify(name.slice(0, 40))}.`,
        `It is one of ${SHELLS.join(", ")}.`,
      );
    }
    io.stdout.write(
      await readFile(join(findPackage(), "scripts/completion", `kugetsu.${name}`), "utf8"),
    );
  },
};

async function complete(words: readonly string[], io: Io): Promise<void> {
  const { candidatesFor } = await import("./completion/candidates.ts");
  const { findCommand, loadCommands } = await import("./commands.ts");
  const candidates = await candidatesFor(words, {
    command: findCommand,
    verbs: async () =>
      [...(await loadCommands())].map(([word, { summary }]) => ({ word, summary })),
    refs: () => refsOf(io.env),
  });
  io.stdout.write(candidates.map(({ word, summary }) => `${word}\t${summary}\n`).join(""));
}

/** None where there is no home yet, or it cannot be read: nothing may disturb the line that is being written. */
async function refsOf(env: Io["env"]): Promise<readonly string[]> {
  const { readHome } = await import("../config.ts");
  const { DATABASE } = await import("../kugetsu/home.ts");
  const { knownRefs } = await import("../kugetsu/db/known-refs.ts");
  try {
    return knownRefs(join(readHome(env), DATABASE));
  } catch {
    return [];
  }
}
