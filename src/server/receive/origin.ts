import { isBot } from "../../admission/bots.ts";
import type { TriggerName } from "../../config.ts";
import type { Person } from "../../forge/event.ts";

/** Where an event came from, and what may give an order there. */
export interface Origin {
  /** Name of the forge's route. */
  readonly forge: string;
  /** host[:port] of the configured forge: never what a payload says. */
  readonly instance: string;
  /** The bot's own account; undefined while the forge has not told it, then the admission alone keeps it out. */
  readonly bot: Person | undefined;
  /** TRIGGERS */
  readonly triggers: readonly TriggerName[];
  /** TRIGGER_LABEL */
  readonly triggerLabel: string;
}

/**
 * The bot itself, or another program: two that answer each other would never end. Forges give their own users ids below
 * 1: the one that runs CI, and the one that stands for those who are gone.
 */
export function isOwn(person: Person, { bot }: Origin): boolean {
  return person.id <= 0 || person.id === bot?.id || isBot(person);
}
