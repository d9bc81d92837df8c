import type { Job } from "../../jobs/job.ts";
import { followOrder, type OrderNews } from "../../orders/follow.ts";
import type { PlacedOrder } from "../../orders/order.ts";
import { createView } from "../../orders/view.ts";
import { safeMessage } from "../../kugetsu/errors.ts";
import type { Io } from "../command.ts";
import type { listenForSignals } from "../signals.ts";
import { isServed } from "../served.ts";
import type { OpenOrders } from "./open.ts";
import { openOwnWork, type OwnWork, stopFromHere } from "./own-work.ts";

interface FollowOptions {
  readonly debug: boolean;
  readonly signals: ReturnType<typeof listenForSignals>;
}

/** A server that is restarted is back within that time. */
const GONE_MS = 5_000;
const LOOK_MS = 1_000;

/**
 * Shows what happens with an order until it is over. Where the server that has it goes away, this process goes on with
 * it. The first Ctrl-C stops the turn.
 */
export async function followToEnd(
  orders: OpenOrders,
  placed: PlacedOrder,
  own: OwnWork | undefined,
  { debug, signals }: FollowOptions,
  io: Io,
): Promise<Job> {
  const { store } = orders;
  await using stack = new AsyncDisposableStack();
  let worker = own;
  await worker?.workOff(placed.job);
  const say = (words: string) => io.stderr.write(`kugetsu: ${words}\n`);
  const stopWhenAsked = async () => {
    await signals.first;
    say("Stopping the turn; its work is kept. Again: at once.");
    await (worker?.stop(placed.job) ?? stopFromHere(orders, placed.job));
  };
  stopWhenAsked().catch((error: unknown) => {
    say(`It could not be stopped. ${safeMessage(error)} Again ends this at once.`);
  });
  const show = createView((text) => io.stderr.write(text), { debug });
  const news = followOrder({
    store,
    leases: orders.leases,
    logs: orders.home.logs,
    job: placed.job,
  });
  const served = createServerWatch(orders);
  for (;;) {
    const next = await orLook(news, async () => {
      if (worker !== undefined || !(await served.isGone())) return;
      say("The server has gone; this process goes on with the order.");
      worker = stack.use(await openOwnWork(orders, { debug }, io));
      await worker.workOff(placed.job);
    });
    if (next.done === true) {
      await worker?.childrenOver(say);
      return next.value;
    }
    show(next.value);
  }
}

/** The next news; while there is none, `look` is called again and again. */
async function orLook(
  news: AsyncGenerator<OrderNews, Job>,
  look: () => Promise<void>,
): Promise<IteratorResult<OrderNews, Job>> {
  const next = news.next();
  for (;;) {
    const timer = Promise.withResolvers<undefined>();
    const timeout = setTimeout(() => {
      timer.resolve(undefined);
    }, LOOK_MS);
    const found = await Promise.race([next, timer.promise]);
    clearTimeout(timeout);
    if (found !== undefined) return found;
    await look();
  }
}

function createServerWatch({ leases }: OpenOrders) {
  let goneAt: number | undefined;
  return {
    /** No server was there for a while. */
    isGone: async (): Promise<boolean> => {
      if (await isServed(leases)) {
        goneAt = undefined;
        return false;
      }
      goneAt ??= performance.now();
      return performance.now() - goneAt >= GONE_MS;
    },
  };
}
