import { and, count, eq, inArray, not, type SQL } from "drizzle-orm";
import type { Tx } from "../kugetsu/db/database.ts";
import { jobs, outbox } from "./schema.ts";
import { instanceOfJob, instanceOfMessage, jobsOf, messagesOf, type Server } from "./servers.ts";

/** What waits for a server that no configured forge is. */
export interface Held {
  /** Name of the forge's route, and the host[:port] that it was, where that is known. */
  readonly forge: string;
  readonly instance: string | null;
  readonly orders: number;
  readonly messages: number;
  /** Another server has that name now; else there is no forge of that name. */
  readonly isReplaced: boolean;
}

/** All that is held back since its server is not among these. */
export function heldBack(tx: Tx, servers: readonly Server[]): readonly Held[] {
  const found = new Map<string, Held>();
  const add = (one: Pick<Held, "forge" | "instance">, more: Partial<Held>) => {
    const key = `${one.forge} ${one.instance ?? ""}`;
    const isReplaced = servers.some(({ name }) => name === one.forge);
    const none = { forge: one.forge, instance: one.instance, orders: 0, messages: 0, isReplaced };
    found.set(key, { ...none, ...found.get(key), ...more });
  };
  for (const { total, ...one } of orders(tx, otherThan(jobsOf(servers))))
    add(one, { orders: total });
  for (const { total, ...one } of messages(tx, otherThan(messagesOf(servers))))
    add(one, { messages: total });
  return [...found.values()];
}

/** In one sentence. */
export function heldWords(held: Held): string {
  const { forge, instance, isReplaced } = held;
  const what = [amount(held.orders, "order"), amount(held.messages, "message")]
    .filter((words) => words !== undefined)
    .join(" and ");
  const wait = held.orders + held.messages === 1 ? "waits" : "wait";
  return isReplaced
    ? `${what} ${wait} for ${instance ?? "another server"}, which was the forge ${forge}: that is another server by now.`
    : `${what} ${wait} for the forge ${forge}, which is not configured.`;
}

/** What to do about it. */
export const HELD_HELP =
  "Put it back into the environment or with `kugetsu forge add`, under its name; what is not to be done any more ends with `kugetsu stop REF --all`, and messages are forgotten after thirty days.";

function amount(total: number, what: string): string | undefined {
  if (total === 0) return undefined;
  return total === 1 ? `1 ${what}` : `${total} ${what}s`;
}

function otherThan(these: SQL | undefined): SQL | undefined {
  return these && not(these);
}

function orders(tx: Tx, which: SQL | undefined) {
  const instance = instanceOfJob();
  return tx
    .select({ forge: jobs.forge, instance, total: count() })
    .from(jobs)
    .where(and(inArray(jobs.state, ["received", "queued"]), which))
    .groupBy(jobs.forge, instance)
    .all();
}

function messages(tx: Tx, which: SQL | undefined) {
  const instance = instanceOfMessage();
  return tx
    .select({ forge: outbox.forge, instance, total: count() })
    .from(outbox)
    .where(and(eq(outbox.state, "due"), which))
    .groupBy(outbox.forge, instance)
    .all();
}
