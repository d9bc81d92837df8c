import type { Person } from "../forge/event.ts";

// Gitea's own accounts (ghost -1, gitea-actions -2) have negative ids; its users carry no type, so that other bots are
// known by the names that such accounts have by custom alone.
const BOT_NAME = /(?:\[bot\]|[-_.]bot)$/i;

/** Whether an account is a program. Two programs that answer each other would never end. */
export function isBot(person: Person): boolean {
  return person.id <= 0 || BOT_NAME.test(person.login);
}
