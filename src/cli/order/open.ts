import { userInfo } from "node:os";
import { createSessionStore, type SessionStore } from "../../kugetsu/db/sessions.ts";
import type { Order, PlacedOrder } from "../../orders/order.ts";
import type { Io } from "../command.ts";
import { openQueue, type OpenQueue } from "../open-queue.ts";
import { askServer } from "../server.ts";
import type { TypedOrder } from "./give.ts";

/** The home of the orders that the command line gives: its queue, and the way to its server. */
export interface OpenOrders extends OpenQueue, AsyncDisposable {
  readonly sessions: SessionStore;
  readonly by: Order["by"];
  /** Gives an order to the running server; undefined when there is none. @throws the signal's reason */
  readonly placeAtServer: (
    order: TypedOrder,
    signal: AbortSignal,
  ) => Promise<PlacedOrder | undefined>;
}

/** @throws KugetsuError `not_found` when there is no home yet */
export async function openOrders(io: Io): Promise<OpenOrders> {
  const queue = await openQueue(io, "Run `kugetsu init` first.");
  const by = { id: 0, login: operatorName() };
  return {
    ...queue,
    by,
    sessions: createSessionStore(queue.database),
    placeAtServer: async (order, signal) => {
      const body = { ...order, by: by.login };
      const answer = await askServer(queue.home.root, queue.leases, "/orders", body, {
        signal,
        onWait: () => {
          io.stderr.write("kugetsu: A server starts or ends here; waiting for it.\n");
        },
      });
      return answer as PlacedOrder | undefined;
    },
    [Symbol.asyncDispose]: async () => {
      queue[Symbol.dispose]();
    },
  };
}

/** The name of whoever calls: stands in commits as who asked. */
function operatorName(): string {
  try {
    return userInfo().username || "operator";
  } catch {
    // A user without an entry in the list of people.
    return "operator";
  }
}
