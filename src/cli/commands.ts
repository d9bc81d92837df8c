import type { CliCommand } from "./command.ts";
import { config } from "./config.ts";
import { continueCommand } from "./continue.ts";
import { delegate } from "./delegate.ts";
import { doctor } from "./doctor.ts";
import { env } from "./env.ts";
import { help } from "./help.ts";
import { init } from "./init.ts";
import { logs } from "./logs.ts";
import { pause } from "./pause.ts";
import { resume } from "./resume.ts";
import { runJob } from "./run-job.ts";
import { serve } from "./serve.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { version } from "./version.ts";

/** Every verb of the program, in the order in which `help` lists them. */
export const COMMANDS = {
  serve,
  init,
  start,
  continue: continueCommand,
  delegate,
  logs,
  status,
  stop,
  pause,
  resume,
  env,
  config,
  doctor,
  help,
  version,
  "run-job": runJob,
} satisfies Record<string, CliCommand>;

export function findCommand(name: string): CliCommand | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
}
