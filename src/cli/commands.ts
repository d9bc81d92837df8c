import type { CliCommand } from "./command.ts";

/** Every verb of the program, in the order in which `help` lists them: each is loaded when it is asked for. */
const COMMANDS = {
  serve: async () => (await import("./serve.ts")).serve,
  init: async () => (await import("./init.ts")).init,
  stop: async () => (await import("./stop.ts")).stop,
  pause: async () => (await import("./pause.ts")).pause,
  resume: async () => (await import("./resume.ts")).resume,
  env: async () => (await import("./env.ts")).env,
  completion: async () => (await import("./completion.ts")).completion,
  help: async () => (await import("./help.ts")).help,
  version: async () => (await import("./version.ts")).version,
} satisfies Record<string, () => Promise<CliCommand>>;

/** The names of all verbs. */
export const VERBS: readonly string[] = Object.keys(COMMANDS);

/** The command of that name, loaded; undefined when there is none. */
export async function findCommand(name: string): Promise<CliCommand | undefined> {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS]() : undefined;
}

/** All commands by name, loaded. */
export async function loadCommands(): Promise<ReadonlyMap<string, CliCommand>> {
  return new Map(
    await Promise.all(
      Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const),
    ),
  );
}
