import { parseArguments } from "./arguments.ts";
import { type CliCommand, UsageError } from "./command.ts";

/** `kugetsu help [command]` */
export const help: CliCommand = {
  summary: "show what a command does",
  usage: "Usage: kugetsu help [COMMAND]",
  async run(args, { stdout }) {
    const [name] = parseArguments(args, {}, { max: 1 }).positionals;
    // Not at the top: the table of commands holds this one.
    const { findCommand, VERBS } = await import("./commands.ts");
    if (name === undefined) {
      stdout.write(await overview());
      return;
    }
    const command = await findCommand(name);
    if (command === undefined) {
      const { nearest } = await import("./nearest.ts");
      const meant = nearest(name, VERBS);
      throw new UsageError(
        `There is no command ${JSON.stringify(name.slice(0, 40))}.`,
        meant === undefined ? undefined : `Did you mean \`kugetsu help ${meant}\`?`,
      );
    }
    stdout.write(`${command.usage}\n`);
  },
};

/** The list of all commands. */
export async function overview(): Promise<string> {
  const { loadCommands, VERBS } = await import("./commands.ts");
  const width = Math.max(...VERBS.map((name) => name.length));
  const lines = [...(await loadCommands())].map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return `Usage: kugetsu COMMAND [--help]\n\n${lines.join("\n")}\n`;
}
