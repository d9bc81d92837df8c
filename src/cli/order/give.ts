import type { Order, PlacedOrder } from "../../orders/order.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import type { Io } from "../command.ts";
import { listenForSignals } from "../signals.ts";
import { detach } from "./detach.ts";
import { followToEnd } from "./follow.ts";
import { openOwnWork, type OwnWork } from "./own-work.ts";
import { openOrders } from "./open.ts";
import { tellResult } from "./result.ts";

/** What the operator wants, as it was typed. */
export type TypedOrder = Pick<Order, "verb" | "ref" | "message">;

export interface GiveOptions {
  readonly debug: boolean;
  readonly detach: boolean;
  readonly json: boolean;
}

/**
 * Gives an order to the running server, or works it off in this process, and tells its result.
 * @throws KugetsuError what failed, or `failed` with the reason for which the turn did not finish
 */
export async function giveOrder(order: TypedOrder, options: GiveOptions, io: Io): Promise<void> {
  await using orders = await openOrders(io);
  const signals = listenForSignals(io);
  try {
    const unwanted = new AbortController();
    const withdraw = async () => {
      await signals.first;
      unwanted.abort(new KugetsuError("failed", "It was stopped; no order was given."));
    };
    void withdraw();
    const placed = await orders.placeAtServer(order, unwanted.signal);
    if (placed !== undefined) {
      if (options.detach) return tellDetached(placed, options, io);
      const job = await followToEnd(orders, placed, undefined, { ...options, signals }, io);
      return await tellResult(orders, job, options, io);
    }
    await using own: OwnWork = await openOwnWork(orders, options, io);
    const alone = await own.place(order);
    if (options.detach) {
      await detach(orders, alone, io);
      return tellDetached(alone, options, io);
    }
    const job = await followToEnd(orders, alone, own, { ...options, signals }, io);
    await tellResult(orders, job, options, io);
  } finally {
    signals.end();
  }
}

function tellDetached({ job, ref }: PlacedOrder, { json }: GiveOptions, { stdout }: Io): void {
  stdout.write(json ? `${JSON.stringify({ job, ref })}\n` : `job ${job}\n`);
}
