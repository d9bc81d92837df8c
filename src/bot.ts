import { createCatchUp } from "./catch-up/catch-up.ts";
import type { ServeConfig } from "./config.ts";
import type { Forge } from "./forge/forge.ts";
import { createEngine } from "./engine.ts";
import { routeOf } from "./forges/route.ts";
import { createSelves } from "./forges/selves.ts";
import type { ForgeSetting } from "./forges/setting.ts";
import { createCleanUp } from "./follow/clean-up.ts";
import { createFollowState } from "./follow/state.ts";
import { reportEnd } from "./handlers/report-end.ts";
import { acknowledgement } from "./jobs/acknowledge.ts";
import { createOutboxSender } from "./jobs/sender.ts";
import { assertServer } from "./jobs/servers.ts";
import { speak } from "./jobs/speak.ts";
import { KugetsuError } from "./kugetsu/errors.ts";
import { createKnownSecrets } from "./known-secrets.ts";
import { createLog, type Log } from "./log.ts";
import { createMask } from "./secrets.ts";
import { openControl } from "./server/control.ts";
import { createAccept } from "./server/accept.ts";
import { createApp } from "./server/app.ts";
import { listen } from "./server/listen.ts";
import { createReadiness } from "./server/probe.ts";

/** A running bot. Disposing of it ends everything at once; `close` gives running turns their time first. */
export interface Bot extends AsyncDisposable {
  /** Where this machine reaches it. */
  readonly url: string;
  readonly sandbox: "bubblewrap" | "off";
  /** The forges that are configured now: the last parts of their addresses here, and where they are. */
  forges(): readonly Pick<ForgeSetting, "name" | "url">[];
  readonly log: Log;
  /** Takes no new work, lets turns go on for `graceMs`, then ends. What is cut off goes on after the next start. */
  close(options: { graceMs: number }): Promise<void>;
}

/** How long the last words may take on their way to the forge when the bot ends. */
const LAST_WORDS_MS = 5_000;

/**
 * Puts the bot together and starts it. With `engine.ts` the only file that names concrete adapters.
 * @throws KugetsuError `conflict` when another server works on the same home or port
 */
export async function startBot(
  config: ServeConfig,
  stream: { write(text: string): unknown; readonly isTTY?: boolean },
): Promise<Bot> {
  await using setup = new AsyncDisposableStack();
  const known = createKnownSecrets(config.secrets.own);
  const mask = createMask(known.all);
  const log = createLog({ level: config.logLevel, mask, stream });
  for (const warning of config.warnings) log.warn({}, warning);
  const engine = setup.use(
    await createEngine({
      config,
      log,
      mask,
      learn: known.learn,
      learnToken: known.learnToken,
      sandbox: "required",
      onOutbox: () => sender.wake(),
    }),
  );
  const { forges, kugetsu, store, worker } = engine;
  const { leases, owner } = kugetsu;
  const dead = await leases.dead();
  await kugetsu.endLeftovers(dead);
  await leases.reconcile(dead);
  if (!(await leases.acquire({ resource: "server", kind: "server", owner }))) {
    throw new KugetsuError("conflict", `Another kugetsu server works on ${config.home}.`, {
      hint: "End it first, or give this one a KUGETSU_HOME of its own.",
    });
  }
  setup.defer(async () => {
    await leases.release("server", owner.marker);
  });
  const sender = setup.use(
    createOutboxSender({
      store: engine.outbox,
      owner,
      deliver: async (message) => {
        await forges.current();
        const { forge: name, target } = message;
        assertServer(forges.forge(name), { name, instance: target.instance });
        return speak(forges.forge(name), message, mask);
      },
      servers: engine.servers,
      slots: (name) => slotsOf(() => forges.forge(name)),
      gates: engine.gates,
      log,
    }),
  );

  const selves = setup.use(createSelves(forges, log));
  const origin = async (name: string) => {
    const { triggers, triggerLabel } = await engine.settings();
    const { instance } = forges.forge(name);
    return { forge: name, instance, bot: selves.of(name), triggers, triggerLabel };
  };
  const catchUp = setup.use(
    createCatchUp({
      db: kugetsu.database,
      forges: async () => {
        const all = await forges.current();
        return new Map(all.map(({ setting, forge }) => [setting.name, forge] as const));
      },
      gates: engine.gates,
      origin,
      allow: async () => (await engine.settings()).allow,
      watched: (name) =>
        forges
          .get(name)
          ?.setting.hooks.flatMap(({ scope }) => (scope.includes("/") ? [scope] : [])) ?? [],
      accept: async (delivery) => {
        const acceptance = await store.accept({ ...delivery, acknowledge: acknowledgement });
        worker.wake();
        return acceptance;
      },
      onState: createFollowState({
        kugetsu,
        forge: engine.forge,
        stop: (ref, by) => worker.stopRef(ref, by, { waiting: true }),
        log,
      }),
      onRename: ({ forge: name, instance, id, to }) =>
        engine.followName.rename({ forge: name, instance, repository: { id, ...to } }),
      report: reportEnd,
      onTakenBack: () => {
        worker.wake();
        sender.wake();
      },
      log,
    }),
  );
  const cleanUp = setup.use(
    createCleanUp({
      kugetsu,
      store,
      after: async () => (await engine.settings()).cleanupAfterMs,
      log,
    }),
  );
  const accept = createAccept({
    store,
    origin,
    onJob: () => worker.wake(),
    onLook: () => catchUp.wake(),
    log,
  });
  const app = createApp({
    forges: {
      get: async (name) => {
        await forges.current();
        const found = forges.get(name);
        return found && routeOf(found.setting);
      },
    },
    accept,
    readiness: createReadiness({
      database: kugetsu.database,
      forges: () => forges.current(),
      opencode: () => kugetsu.canRunAgents(),
      sandbox: kugetsu.sandbox,
    }),
    setup: { home: config.home, environment: config.forges },
    log,
  });
  const server = setup.use(
    await listen({ fetch: (request) => app.fetch(request), host: config.host, port: config.port }),
  );
  setup.use(await openControl({ home: kugetsu.home.root, engine, log }));
  for (const { setting } of forges.all()) selves.of(setting.name);
  await worker.start();
  sender.start();
  catchUp.start();
  cleanUp.start();
  if (!(await kugetsu.canRunAgents())) {
    log.warn({}, "opencode cannot be started: every order will fail until it is there.");
  }
  if (kugetsu.sandbox.kind === "off") {
    log.warn(
      { sandbox: "off" },
      "SANDBOX IS OFF: agents can read and write whatever this user can.",
    );
  }
  const pause = await store.paused();
  if (pause !== undefined) {
    const since = new Date(pause.pausedAt).toISOString();
    log.warn({ since }, "The bot is paused: no turn begins until `kugetsu resume`.");
  }

  const stack = setup.move();
  return {
    url: server.url,
    sandbox: kugetsu.sandbox.kind,
    forges: () => forges.all().map(({ setting: { name, url } }) => ({ name, url })),
    log,
    close: async ({ graceMs }) => {
      await worker.drain({ graceMs });
      await sender.flush(LAST_WORDS_MS);
      await stack.disposeAsync();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** GitHub wants whatever makes content one after the other. */
function slotsOf(forge: () => Pick<Forge, "kind">): number {
  try {
    return forge().kind === "github" ? 1 : 4;
  } catch {
    // What is said to a forge that is not configured any more fails at once.
    return 4;
  }
}
