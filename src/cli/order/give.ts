import { followOrder } from "../../orders/follow.ts";
import type { Order, PlacedOrder } from "../../orders/order.ts";
import type { Io } from "../command.ts";
import { listenForSignals } from "../signals.ts";
import { detach } from "./detach.ts";
import { followToEnd } from "./follow.ts";
import { openOwnWork, type OwnWork } from "./own-work.ts";
import { type OpenOrders, openOrders } from "./open.ts";
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
    const placed = await orders.placeAtServer(order);
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
    await waitForChildren(orders, own, io);
    await tellResult(orders, job, options, io);
  } finally {
    signals.end();
  }
}

/** A process that ends would take the developers with it that the PM agent has set to work. */
async function waitForChildren(orders: OpenOrders, own: OwnWork, { stderr }: Io): Promise<void> {
  for (const job of own.children()) {
    const news = followOrder({ store: orders.store, logs: orders.home.logs, job });
    let next = await news.next();
    if (next.done !== true)
      stderr.write(`kugetsu: Waiting for job ${job}, which the PM agent asked for.\n`);
    while (next.done !== true) next = await news.next();
    stderr.write(`kugetsu: Job ${job}, ${next.value.ref}: ${next.value.state}.\n`);
  }
}

function tellDetached({ job, ref }: PlacedOrder, { json }: GiveOptions, { stdout }: Io): void {
  stdout.write(json ? `${JSON.stringify({ job, ref })}\n` : `job ${job}\n`);
}
