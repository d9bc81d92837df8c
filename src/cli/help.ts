import { parseArguments } from "./arguments.ts";
import { type CliCommand, UsageError } from "./command.ts";
import { nearest } from "./nearest.ts";

/** `kugetsu help [command]` */
export const help: CliCommand = {
  summary: "show what a command does",
  usage: "Usage: kugetsu help [COMMAND]",
  async run(args, { stdout }) {
    // Not at the top: the table of commands holds this one.
    const { COMMANDS, findCommand } = await import("./commands.ts");
    const [name] = parseArguments(args, {}, { max: 1 }).positionals;
    if (name === undefined) {
      stdout.write(overview(COMMANDS));
      return;
    }
    const command = findCommand(name);
    if (command === undefined) {
      const meant = nearest(name, Object.keys(COMMANDS));
      throw new UsageError(
        `There is no command ${JSON.stringify(name.slice(0, 40))}.`,
        meant === undefined ? undefined : `Did you mean \`kugetsu help ${meant}\`?`,
      );
    }
    stdout.write(`${command.usage}\n`);
  },
};

/** The list of all commands. */
export function overview(commands: Readonly<Record<string, CliCommand>>): string {
  const shown = Object.entries(commands).filter(([, { hidden }]) => hidden !== true);
  const width = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: kugetsu COMMAND [--help]\n\n${lines.join("\n")}\n`;
}
