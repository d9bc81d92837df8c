import type { Verb } from "../command.ts";
import { continueSession } from "./continue.ts";
import { delegate } from "./delegate.ts";
import { fix } from "./fix.ts";
import type { Handler } from "./handler.ts";
import { help } from "./help.ts";
import { reset } from "./reset.ts";
import { retry } from "./retry.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";

/** Every verb and who answers it. */
export const HANDLERS = {
  fix,
  continue: continueSession,
  delegate,
  status,
  stop,
  retry,
  reset,
  help,
} satisfies Record<Verb, Handler>;
