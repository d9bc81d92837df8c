import { gt } from "drizzle-orm";
import { createAdmit } from "../../src/admission/admit.ts";
import { servedBy } from "../../src/admission/served.ts";
import type { TriggerName } from "../../src/config.ts";
import { deliveryId, readGiteaDelivery } from "../../src/forge/gitea/delivery.ts";
import type { Job } from "../../src/jobs/job.ts";
import { createJobStore, type JobStore } from "../../src/jobs/job-store.ts";
import { createOutboxStore } from "../../src/jobs/outbox.ts";
import { looks } from "../../src/jobs/schema.ts";
import { speak } from "../../src/jobs/speak.ts";
import { currentOwner } from "../../src/kugetsu/db/owner.ts";
import { createAccept } from "../../src/server/accept.ts";
import { createApp } from "../../src/server/app.ts";
import { listen } from "../../src/server/listen.ts";
import { openWorld, SHOP, type World } from "../admission/world.ts";
import { existing, keptLog } from "../jobs/queue.ts";
import { temporaryDatabase } from "../kugetsu/db/open.ts";

const SECRET = "fixture-webhook-secret-0001";
const TRIGGERS = ["comment", "issue", "label", "assignment", "mention"] as const;

type Accept = ReturnType<typeof createAccept>;

/** A forge whose deliveries reach a real server, and the way of an order until it is admitted or refused. */
export interface Way extends AsyncDisposable {
  readonly world: World;
  /** A queue of its own, for the test that calls it: all that comes from now on goes there. */
  begin(triggers?: readonly TriggerName[]): Queue;
}

interface Queue {
  readonly store: JobStore;
  readonly accept: Accept;
  /** How often something to be looked at was stored. */
  readonly looked: () => number;
  /** At issues. */
  readonly looks: () => readonly (typeof looks.$inferSelect)[];
  /** Waits for all deliveries, decides all that came, says what is to be said, and tells of all jobs, oldest first. */
  settle(): Promise<readonly Job[]>;
}

export async function openWay(): Promise<Way> {
  await using setup = new AsyncDisposableStack();
  const world = setup.use(await openWorld());
  let accept: Accept | undefined;
  const app = createApp({
    forges: new Map([["gitea", { secrets: () => [SECRET], read: readGiteaDelivery, deliveryId }]]),
    accept: async (delivery) => (accept === undefined ? "accepted" : accept(delivery)),
    readiness: async () => ({ parts: {}, forges: {} }),
    log: keptLog(),
  });
  const server = setup.use(
    await listen({ fetch: (request) => app.fetch(request), host: "127.0.0.1", port: 0 }),
  );
  // The same acts are told twice, as where a repository's and an organisation's hook tell of them.
  for (const path of ["gitea", "gitea/again"])
    world.forge.addHook(SHOP, { url: `${server.url}/webhooks/${path}`, secret: SECRET });

  const begin: Way["begin"] = (triggers = TRIGGERS) => {
    const db = temporaryDatabase();
    const { clock } = world;
    const times = { now: () => clock.now };
    const store = createJobStore({ db, ...times });
    const outbox = createOutboxStore({ db, ...times, intervalMs: 0 });
    const owner = currentOwner("me");
    const log = keptLog();
    let looked = 0;
    const own = createAccept({
      store,
      origin: (forge) => ({
        forge,
        instance: world.gitea.instance,
        bot: world.person("kugetsu-bot"),
        triggers,
        triggerLabel: "kugetsu",
      }),
      onJob: () => undefined,
      onLook: () => {
        looked += 1;
      },
      log,
    });
    accept = own;
    const admit = createAdmit({
      forge: () => world.gitea,
      served: servedBy([]),
      delegateAllow: [],
      commandAllow: [],
      turnsPerDay: 20,
      turnsToday: async () => 0,
      log,
    });
    const decide = async () => {
      for (;;) {
        const next = await store.nextReceived([]);
        if (next === undefined) return;
        await store.settle(next.job.id, await admit(next.job));
      }
    };
    const say = async () => {
      for (;;) {
        const message = await outbox.claim(owner);
        if (message === undefined) return;
        await outbox.sent(message, owner, await speak(world.gitea, message, (text) => text));
      }
    };
    return {
      store,
      accept: own,
      looked: () => looked,
      looks: () => db.orm.select().from(looks).where(gt(looks.issueNumber, 0)).all(),
      settle: async () => {
        await world.forge.deliveriesSent();
        await decide();
        await say();
        const ids = (await store.list()).map(({ id }) => id).toSorted((one, other) => one - other);
        return Promise.all(ids.map((id) => existing(store, id)));
      },
    };
  };
  const stack = setup.move();
  return { world, begin, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
