import { createAdmit } from "./admission/admit.ts";
import { warningsOfBare, wordsHere } from "./admission/here.ts";
import { servedBy } from "./admission/served.ts";
import type { WorkConfig } from "./config.ts";
import { watchConfig } from "./config-watch.ts";
import type { Forge } from "./forge/forge.ts";
import { pmAccess } from "./forges/pm-access.ts";
import type { ForgeSetting } from "./forges/setting.ts";
import { type ConfiguredForge, type ForgeRegistry, openForgeRegistry } from "./forges/registry.ts";
import { createFollowName, type FollowName } from "./follow/name.ts";
import { reportEnd } from "./handlers/report-end.ts";
import { createHandle } from "./handlers/run.ts";
import { createForgeGates, type ForgeGates } from "./jobs/forge-slots.ts";
import { createJobStore, type JobStore } from "./jobs/job-store.ts";
import type { Handle } from "./jobs/contract.ts";
import { HELD_HELP, heldBack, heldWords } from "./jobs/held.ts";
import { type Job, NO_FORGE } from "./jobs/job.ts";
import { createOutboxStore, type OutboxStore } from "./jobs/outbox.ts";
import { assertServer, instanceIn, type Server } from "./jobs/servers.ts";
import { createWorker, type Worker } from "./jobs/worker.ts";
import { KugetsuError } from "./kugetsu/errors.ts";
import { createKugetsu, type Kugetsu } from "./kugetsu/kugetsu.ts";
import type { SandboxMode } from "./kugetsu/sandbox/choose.ts";
import type { Log } from "./log.ts";
import { placeOrder } from "./orders/place.ts";
import type { Order, PlacedOrder } from "./orders/order.ts";
import { openPmDesk } from "./pm/desk.ts";
import type { Mask } from "./secrets.ts";
import { forgetTurnLogs } from "./turn-log/forget.ts";
import { turnLogPath } from "./turn-log/path.ts";
import { openTurnLog } from "./turn-log/write.ts";
import { readVersion } from "./version.ts";
import { readSkill } from "./pm/skill.ts";

/** The queue, what works it off, and the core, put together over one home. Nothing runs until the worker is started. */
export interface Engine extends AsyncDisposable {
  readonly kugetsu: Kugetsu;
  readonly store: JobStore;
  readonly outbox: OutboxStore;
  readonly worker: Worker;
  readonly forges: ForgeRegistry;
  /** Forges that asked to be left alone. */
  readonly gates: ForgeGates;
  /** The forges that are configured now. What waits for any other is told to the log once, as they change. */
  readonly servers: () => Promise<readonly Server[]>;
  /** The configured forge of that name. @throws KugetsuError `unavailable` */
  readonly forge: (name: string) => Forge;
  /** What holds now, as the home's config file has it. */
  readonly settings: () => Promise<WorkConfig>;
  /** Puts an order into the queue that comes from no comment. @throws as `placeOrder` does */
  readonly place: (order: Order) => Promise<PlacedOrder>;
  /** Lets sessions and orders follow the names of their repositories. */
  readonly followName: FollowName;
}

export interface EngineOptions {
  readonly config: WorkConfig;
  readonly log: Log;
  readonly mask: Mask;
  /** Told of every secret that comes to be known, for the mask. */
  readonly learn: (secret: string) => void;
  /** Told of tokens that end within hours, for the mask. */
  readonly learnToken: (token: string) => void;
  /** Told what the operator should know of the set-up; without it the log is. */
  readonly warn?: (message: string) => void;
  /** What holds where the operator said nothing of it. */
  readonly sandbox: SandboxMode;
  /** Work off these jobs and no other; asked each time. */
  readonly only?: () => readonly number[];
  /** A PM agent that runs here has placed an order. */
  readonly onChild?: (job: number) => Promise<void>;
  /** Something waits to be said to a forge. */
  readonly onOutbox?: () => void;
  /** Who commits where no forge names the bot's account; undefined: the forge has to. */
  readonly fallbackIdentity?: { readonly name: string; readonly email: string };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Puts everything together that a turn needs. With `bot.ts` the only file that names concrete adapters. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { config, log, mask, learn, onOutbox = () => undefined } = options;
  await using setup = new AsyncDisposableStack();
  const version = await readVersion();
  const warn = options.warn ?? ((message: string) => log.warn({}, message));
  // No agent may have what stands in forges.json either.
  const stored = new Set<string>();
  const forges = await openForgeRegistry({
    home: config.home,
    environment: config.forges,
    learn: (secret) => {
      stored.add(secret);
      learn(secret);
    },
    learnToken: options.learnToken,
    warn,
  });
  const forge = (name: string) => forges.forge(name);
  const watched = watchConfig(config, warn);
  // As the home's config file had it when a job was looked at last.
  let latest = config;
  const anew = async (): Promise<WorkConfig> => (latest = await watched());
  const kugetsu = setup.use(
    await createKugetsu({
      home: config.home,
      environment: config.secrets.environment,
      pass: config.agentEnvPass,
      get secrets() {
        return [...config.secrets.own, ...stored];
      },
      identity: async (instance) => {
        const all = await forges.current();
        return identityOf(
          (instance === undefined ? undefined : forges.at(instance)) ?? all[0],
          options.fallbackIdentity,
        );
      },
      pmAccess: (url) => pmAccess(settingsOf(forges), url),
      opencodeBinary: config.opencodeBinary,
      idleAgents: options.only === undefined ? config.idleAgents : 0,
      get tempDir() {
        return latest.tempDir;
      },
      sandbox: config.sandbox ?? options.sandbox,
      sandboxRead: config.sandboxRead,
      boxLimits: config.boxLimits,
      minFreeDisk: config.minFreeDisk,
      pmInstructions: await readSkill(),
      learn,
      warn,
    }),
  );
  const { database, leases, owner } = kugetsu;
  const store = createJobStore({ db: database, onOutbox });
  const outbox = createOutboxStore({ db: database, intervalMs: config.statusIntervalMs, onOutbox });
  const turnsToday = (forgeName: string, actorId: number, except?: number) =>
    store.countTurns({
      forge: forgeName,
      actorId,
      since: Date.now() - DAY_MS,
      ...(except === undefined ? {} : { except }),
    });
  const gates = createForgeGates();
  const followName = createFollowName({ kugetsu, forge, log });
  const place = async (order: Order): Promise<PlacedOrder> => {
    const unserved = options.only !== undefined;
    await forges.current();
    const placed = await placeOrder(
      {
        store,
        kugetsu,
        unserved,
        forgeAt: (host) => named(forges.at(host)),
        nameInRefs: followName.inRefs,
      },
      order,
    );
    if (order.parent !== undefined) await options.onChild?.(placed.job);
    worker.wake();
    return placed;
  };
  let told: readonly ConfiguredForge[] | undefined;
  const servers = async (): Promise<readonly Server[]> => {
    const all = await forges.current();
    const now = all.map(({ setting: { name }, forge: { instance } }) => ({ name, instance }));
    if (all !== told && options.only === undefined) {
      for (const held of heldBack(database.orm, now)) warn(`${heldWords(held)} ${HELD_HELP}`);
      warningsOfBare(
        latest,
        now.map(({ instance }) => instance),
      ).forEach(warn);
    }
    told = all;
    return now;
  };
  // One that is configured anew at this very moment must not get what is for another.
  const assertIsFor = ({ forge: name, ref }: Pick<Job, "forge" | "ref">): void => {
    if (name !== NO_FORGE) assertServer(forge(name), { name, instance: instanceIn(ref) });
  };
  const handle: Handle = createHandle({
    forge,
    kugetsu,
    store,
    queue: {
      jobsOf: (ref) => store.list({ ref, limit: 50 }),
      stop: (ref, { by, waiting }) => worker.stopRef(ref, by, { waiting }),
      pausedAt: async () => (await store.paused())?.pausedAt,
    },
    settings: {
      limits: async () => (await anew()).limits,
      get allowCiChanges() {
        return latest.allowCiChanges;
      },
      get allowSubmodules() {
        return latest.allowSubmodules;
      },
      get allowLfs() {
        return latest.allowLfs;
      },
      version,
      get giteaUrl() {
        return forges.all()[0]?.forge.url;
      },
    },
    log,
    mask,
    say: (jobId, message) => outbox.put([message], jobId),
    turnLog: (jobId) =>
      openTurnLog(turnLogPath(kugetsu.home.logs, jobId), {
        mask,
        failed: (error) => log.warn({ err: error, job: jobId }, "The turn's log cannot be written"),
      }),
    pmClient: (job, directory) =>
      openPmDesk({
        directory,
        job,
        store,
        logs: kugetsu.home.logs,
        sessions: () => kugetsu.sessions(),
        // The operator's own agent has as many for one turn: else a loop of it would have no end.
        turnsLeft: async () =>
          latest.turnsPerDay -
          (await (job.actor.id === 0
            ? store.countChildren(job.id)
            : turnsToday(job.forge, job.actor.id))),
        place,
        log,
      }),
  });
  const worker: Worker = setup.use(
    createWorker({
      store,
      leases,
      owner,
      gates,
      admit: async (job, before) => {
        const [{ allow, delegateAllow, commandAllow, turnsPerDay }] = await Promise.all([
          anew(),
          forges.current(),
        ]);
        assertIsFor(job);
        const { instance } = forge(job.forge);
        const instances = forges.all().map((one) => one.forge.instance);
        const admit = createAdmit({
          forge,
          served: servedBy(allow, instance),
          delegateAllow: wordsHere(delegateAllow, instance, instances),
          commandAllow: wordsHere(commandAllow, instance, instances),
          turnsPerDay,
          turnsToday: () => turnsToday(job.forge, job.actor.id, job.id),
          nameInRefs: followName.inRefs,
          log,
        });
        return admit(job, before);
      },
      handle: async (job, run) => {
        assertIsFor(job);
        return handle(job, run);
      },
      servers,
      report: reportEnd,
      caps: async () => ({ dev: (await anew()).maxConcurrentAgents, pm: 1 }),
      onDead: (owners) => kugetsu.endLeftovers(owners),
      onDay: () => forgetTurnLogs(kugetsu.home.logs),
      graceMs: config.shutdownGraceMs,
      log,
      only: options.only,
    }),
  );
  const stack = setup.move();
  return {
    kugetsu,
    store,
    outbox,
    worker,
    forges,
    gates,
    servers,
    forge,
    settings: anew,
    place,
    followName,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function settingsOf(forges: ForgeRegistry): readonly ForgeSetting[] {
  return forges.all().map(({ setting }) => setting);
}

function named(
  found: ConfiguredForge | undefined,
): { readonly name: string; readonly forge: Forge } | undefined {
  return found && { name: found.setting.name, forge: found.forge };
}

/** Who commits: the bot's account on that forge. */
async function identityOf(
  configured: ConfiguredForge | undefined,
  fallback: EngineOptions["fallbackIdentity"],
): Promise<{ readonly name: string; readonly email: string }> {
  if (configured === undefined && fallback !== undefined) return fallback;
  if (configured === undefined) throw new KugetsuError("invalid", "No forge is configured.");
  try {
    const { login, email } = await configured.forge.self();
    return { name: login, email };
  } catch (error) {
    if (fallback === undefined) throw error;
    return fallback;
  }
}
