import { createEngine } from "../../engine.ts";
import { reportEnd } from "../../handlers/report-end.ts";
import { OPERATOR } from "../../jobs/stop.ts";
import { NO_FORGE } from "../../jobs/job.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { createLog } from "../../log.ts";
import type { PlacedOrder } from "../../orders/order.ts";
import { createMask } from "../../secrets.ts";
import type { Io } from "../command.ts";
import { loadWorkConfig } from "../read-config.ts";
import { endAbandoned } from "./abandoned.ts";
import type { TypedOrder } from "./give.ts";
import { orderLease } from "./lease.ts";
import type { OpenOrders } from "./open.ts";

/** This process as the one that works off a job, and no other. */
export interface OwnWork extends AsyncDisposable {
  /** Queues the order, which nothing works off yet. */
  readonly place: (order: TypedOrder) => Promise<PlacedOrder>;
  /** Works off that job, until this is disposed of. @throws KugetsuError `unavailable` for a forge unknown here */
  readonly workOff: (jobId: number) => Promise<void>;
  readonly stop: (jobId: number) => Promise<void>;
}

export async function openOwnWork(
  orders: OpenOrders,
  { debug }: { readonly debug: boolean },
  io: Io,
): Promise<OwnWork> {
  const config = await loadWorkConfig(io);
  const known = new Set(config.secrets.own);
  const mask = createMask(() => known);
  const warnings = new Set<string>();
  // What ends a turn is told with its result; what the operator should know of the set-up is told once.
  const stream = {
    write: (text: string) => {
      if (debug) io.stderr.write(text);
    },
  };
  const log = createLog({ level: debug ? "debug" : "fatal", mask, stream });
  let only = 0;
  await using setup = new AsyncDisposableStack();
  const engine = setup.use(
    await createEngine({
      config,
      log,
      mask,
      learn: (secret) => known.add(secret),
      warn: (message) => {
        if (!warnings.has(message)) io.stderr.write(`kugetsu: ${mask(message)}\n`);
        warnings.add(message);
      },
      sandbox: "preferred",
      only: () => only,
      fallbackIdentity: { name: "kugetsu", email: "kugetsu@localhost" },
    }),
  );
  const { leases, owner } = engine.kugetsu;
  // Takes back what dead processes left; begins nothing.
  await engine.worker.start();
  const stack = setup.move();
  return {
    place: async (order) => {
      if (order.ref !== undefined) await endAbandoned(orders, order.ref);
      const placed = await engine.place({ ...order, by: orders.by });
      return placed;
    },
    workOff: async (jobId) => {
      const job = await engine.store.get(jobId);
      if (job !== undefined && job.forge !== NO_FORGE) assertForge(engine.forge, job.forge, jobId);
      if (await leases.acquire({ resource: orderLease(jobId), kind: "order", owner }))
        stack.defer(async () => {
          await leases.release(orderLease(jobId), owner.marker);
        });
      only = jobId;
      engine.worker.wake();
    },
    stop: async (jobId) => {
      await engine.worker.stop(jobId, OPERATOR);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function assertForge(forge: (name: string) => unknown, name: string, jobId: number): void {
  try {
    forge(name);
  } catch (cause) {
    throw new KugetsuError(
      "unavailable",
      `The server has gone, and only it has the token for the forge ${name}. Job ${jobId} is kept.`,
      { cause, hint: "It goes on when `kugetsu serve` runs again." },
    );
  }
}

/** Ends a job without a worker of this process. */
export async function stopFromHere(orders: OpenOrders, jobId: number): Promise<void> {
  await orders.store.stop(jobId, OPERATOR, reportEnd);
}
