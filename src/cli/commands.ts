import type { CliCommand } from "./command.ts";

/** Every verb of the program, in the order in which `help` lists them: each is loaded when it is asked for. */
const COMMANDS = {
  serve: async () => (await import("./serve.ts")).serve,
  init: async () => (await import("./init.ts")).init,
  start: async () => (await import("./start.ts")).start,
  continue: async () => (await import("./continue.ts")).continueCommand,
  delegate: async () => (await import("./delegate.ts")).delegate,
  list: async () => (await import("./list.ts")).list,
  logs: async () => (await import("./logs.ts")).logs,
  status: async () => (await import("./status.ts")).status,
  attach: async () => (await import("./attach.ts")).attach,
  stop: async () => (await import("./stop.ts")).stop,
  pause: async () => (await import("./pause.ts")).pause,
  resume: async () => (await import("./resume.ts")).resume,
  prune: async () => (await import("./prune.ts")).prune,
  destroy: async () => (await import("./destroy.ts")).destroy,
  forge: async () => (await import("./forge.ts")).forge,
  env: async () => (await import("./env.ts")).env,
  config: async () => (await import("./config.ts")).config,
  doctor: async () => (await import("./doctor.ts")).doctor,
  completion: async () => (await import("./completion.ts")).completion,
  help: async () => (await import("./help.ts")).help,
  version: async () => (await import("./version.ts")).version,
} satisfies Record<string, () => Promise<CliCommand>>;

/** What kugetsu calls by itself; in no list. */
const INTERNAL = {
  "run-job": async () => (await import("./run-job.ts")).runJob,
} satisfies Record<string, () => Promise<CliCommand>>;

/** The names of all verbs. */
export const VERBS: readonly string[] = Object.keys(COMMANDS);

/** The command of that name, loaded; undefined when there is none. */
export async function findCommand(name: string): Promise<CliCommand | undefined> {
  const all = { ...COMMANDS, ...INTERNAL };
  return Object.hasOwn(all, name) ? all[name as keyof typeof all]() : undefined;
}

/** All commands by name, loaded. */
export async function loadCommands(): Promise<ReadonlyMap<string, CliCommand>> {
  return new Map(
    await Promise.all(
      Object.entries(COMMANDS).map(async ([name, load]) => [name, await load()] as const),
    ),
  );
}
