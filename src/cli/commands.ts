import type { CliCommand } from "./command.ts";
import { destroy } from "./destroy.ts";
import { env } from "./env.ts";
import { help } from "./help.ts";
import { init } from "./init.ts";
import { list } from "./list.ts";
import { pause } from "./pause.ts";
import { prune } from "./prune.ts";
import { resume } from "./resume.ts";
import { serve } from "./serve.ts";
import { stop } from "./stop.ts";
import { version } from "./version.ts";

/** Every verb of the program, in the order in which `help` lists them. */
export const COMMANDS = {
  serve,
  init,
  list,
  prune,
  destroy,
  stop,
  pause,
  resume,
  env,
  help,
  version,
} satisfies Record<string, CliCommand>;

export function findCommand(name: string): CliCommand | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
}
