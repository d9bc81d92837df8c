import type { Person } from "../event.ts";
import { field, nameOf, positive } from "../gitea/fields.ts";

const BOT = "[bot]";

/** A user, an organisation or a bot, whose login ends in `[bot]`. */
export function account(value: unknown): Person | undefined {
  const id = positive(field(value, "id"));
  const login = loginOf(field(value, "login"));
  return id === undefined || login === undefined ? undefined : { id, login };
}

/** Whether an account is a GitHub App's: those ask for nothing, and have no rights that could be asked for. */
export function isBot(value: unknown): boolean {
  return field(value, "type") === "Bot" || isBotLogin(field(value, "login"));
}

export function isBotLogin(login: unknown): boolean {
  return typeof login === "string" && login.endsWith(BOT);
}

function loginOf(value: unknown): string | undefined {
  if (typeof value !== "string" || !isBotLogin(value)) return nameOf(value);
  return nameOf(value.slice(0, -BOT.length)) === undefined ? undefined : value;
}
