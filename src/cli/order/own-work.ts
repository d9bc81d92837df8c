import { createEngine } from "../../engine.ts";
import { reportEnd } from "../../handlers/report-end.ts";
import type { Forge } from "../../forge/forge.ts";
import { OPERATOR } from "../../jobs/stop.ts";
import { type Job, NO_FORGE } from "../../jobs/job.ts";
import { assertServer, instanceIn } from "../../jobs/servers.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { NOBODY } from "../../kugetsu/git/place.ts";
import { parseRef, printRef } from "../../kugetsu/ref.ts";
import { PM_AGENT } from "../../kugetsu/session/core.ts";
import { createKnownSecrets } from "../../known-secrets.ts";
import { createLog } from "../../log.ts";
import { followOrder } from "../../orders/follow.ts";
import type { PlacedOrder } from "../../orders/order.ts";
import { createMask } from "../../secrets.ts";
import type { Io } from "../command.ts";
import { loadWorkConfig } from "../read-config.ts";
import { endAbandoned } from "./abandoned.ts";
import type { TypedOrder } from "./give.ts";
import { holdPlacing, orderLease, placedLease } from "./lease.ts";
import type { OpenOrders } from "./open.ts";

/** This process as the one that works off what it has placed, and nothing else. */
export interface OwnWork extends AsyncDisposable {
  /** Queues the order, which nothing works off yet. This process attends to it until it ends. */
  readonly place: (order: TypedOrder) => Promise<PlacedOrder>;
  /** Works off that job, until this is disposed of. @throws KugetsuError `unavailable` for a forge unknown here */
  readonly workOff: (jobId: number) => Promise<void>;
  /** Stops that job, and what a PM agent has asked for in its turn. */
  readonly stop: (jobId: number) => Promise<void>;
  /** Waits for what a PM agent has asked for in its turn: this process' end would cut it off. */
  readonly childrenOver: (tell: (words: string) => void) => Promise<void>;
}

export async function openOwnWork(
  orders: OpenOrders,
  { debug }: { readonly debug: boolean },
  io: Io,
): Promise<OwnWork> {
  const config = await loadWorkConfig(io);
  const known = createKnownSecrets(config.secrets.own);
  const mask = createMask(known.all);
  const warnings = new Set<string>();
  // What ends a turn is told with its result; what the operator should know of the set-up is told once.
  const stream = {
    write: (text: string) => {
      if (debug) io.stderr.write(text);
    },
  };
  const log = createLog({ level: debug ? "debug" : "fatal", mask, stream });
  const own = new Set<number>();
  const children: number[] = [];
  const stack = new AsyncDisposableStack();
  await using opening = new AsyncDisposableStack();
  opening.use(stack);
  const engine = stack.use(
    await createEngine({
      config,
      log,
      mask,
      learn: known.learn,
      learnToken: known.learnToken,
      warn: (message) => {
        if (!warnings.has(message)) io.stderr.write(`kugetsu: ${mask(message)}\n`);
        warnings.add(message);
      },
      sandbox: "preferred",
      only: () => [...own],
      // What a PM agent asks for in its turn is this process' to do as well.
      onChild: async (job) => {
        children.push(job);
        await take(job);
      },
      fallbackIdentity: NOBODY,
    }),
  );
  const { leases, owner } = engine.kugetsu;
  const attend = async (resource: string): Promise<void> => {
    if (await leases.acquire({ resource, kind: "order", owner }))
      stack.defer(async () => {
        await leases.release(resource, owner.marker);
      });
  };
  const take = async (jobId: number): Promise<void> => {
    await attend(orderLease(jobId));
    own.add(jobId);
    engine.worker.wake();
  };
  // Takes back what dead processes left; begins nothing.
  await engine.worker.start();
  opening.move();
  return {
    place: async (order) => {
      const ref =
        order.ref === undefined
          ? PM_AGENT
          : await engine.store.spelled(printRef(parseRef(order.ref)));
      await using _placing = await holdPlacing(leases, owner, ref);
      await endAbandoned(orders, ref);
      const placed = await engine.place({ ...order, by: orders.by });
      await attend(placedLease(placed.job));
      return placed;
    },
    workOff: async (jobId) => {
      const job = await engine.store.get(jobId);
      if (job !== undefined && job.forge !== NO_FORGE) assertForge(engine.forge, job, jobId);
      await take(jobId);
    },
    stop: async (jobId) => {
      for (const id of [jobId, ...children]) await engine.worker.stop(id, OPERATOR);
    },
    childrenOver: async (tell) => {
      for (const job of children) {
        const news = followOrder({ store: engine.store, logs: orders.home.logs, job });
        let next = await news.next();
        if (next.done !== true) tell(`Waiting for job ${job}, which the PM agent asked for.`);
        while (next.done !== true) next = await news.next();
        tell(`Job ${job}, ${next.value.ref}: ${next.value.state}.`);
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function assertForge(
  forge: (name: string) => Forge,
  { forge: name, ref }: Pick<Job, "forge" | "ref">,
  jobId: number,
): void {
  try {
    assertServer(forge(name), { name, instance: instanceIn(ref) });
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
