import type { Forge } from "../forge/forge.ts";
import type { Acceptance, Delivery } from "../jobs/accept.ts";
import type { ReportEnd } from "../jobs/contract.ts";
import { backoff } from "../jobs/backoff.ts";
import { createForgeGates, type ForgeGates, leftAloneUntil } from "../jobs/forge-slots.ts";
import { createPump, type Pump } from "../jobs/pump.ts";
import type { Database } from "../kugetsu/db/database.ts";
import type { Log } from "../log.ts";
import type { Origin } from "../server/receive.ts";
import { whileWanted } from "./asked.ts";
import { resend, type Resent } from "./resend.ts";
import { carryOutLooks } from "./look.ts";
import { createMemory, lookAtRepositories, type Memory } from "./round.ts";
import { troubleOf } from "./trouble.ts";
import type { FoundState, Rename, Watch } from "./watch.ts";

/**
 * Looks on the forges for what no delivery told: a delivery may be lost, and some things none tells of. What is found
 * goes the way of a delivery.
 */
export interface CatchUp extends AsyncDisposable {
  start(): void;
  /** A look was stored. */
  wake(): void;
  /** One whole round: every repository of every forge, due or not. Resolves when it is done; never throws. */
  once(): Promise<void>;
}

export interface CatchUpOptions {
  readonly db: Database;
  /** The forges that are configured now, by name. */
  readonly forges: () => Promise<ReadonlyMap<string, Forge>>;
  /** Shared with whatever else asks the forges. */
  readonly gates?: ForgeGates;
  /** How events of a forge are read; who the bot is there is asked here. */
  readonly origin: (forge: string) => Promise<Omit<Origin, "bot">>;
  /** KUGETSU_ALLOW: whom the bot works for; the repositories that it names are watched from the start. */
  readonly allow: () => Promise<readonly string[]>;
  /** Further repositories of a forge (`owner/name`) that are watched from the start. */
  readonly watched?: (forge: string) => readonly string[];
  /** Stores what was found as a delivery. @throws KugetsuError `unavailable` */
  readonly accept: (delivery: Delivery) => Promise<Acceptance>;
  /** Told what became of an issue that changed; the same may come again. */
  readonly onState?: (state: FoundState) => Promise<void>;
  /** Told before a repository is known by its new name. */
  readonly onRename?: (rename: Rename) => Promise<void>;
  /** What is said of an order whose words were deleted while it waited. */
  readonly report: ReportEnd;
  /** Told when such orders are over. */
  readonly onTakenBack?: () => void;
  readonly log: Log;
  readonly now?: () => number;
  /** Between 0 and 1, for the jitter. */
  readonly random?: () => number;
  /** From one look at a repository to the next. */
  readonly intervalMs?: number;
  /** How often the database is asked what is due. */
  readonly pollMs?: number;
}

const nothing = async (): Promise<void> => undefined;

export function createCatchUp(options: CatchUpOptions): CatchUp {
  const { pollMs = 5_000, log } = options;
  const closing = new AbortController();
  const watches = new Map<string, ForgeWatch>();
  const gates = options.gates ?? createForgeGates(options.now);
  let timer: NodeJS.Timeout | undefined;

  const all = async (): Promise<readonly ForgeWatch[]> => {
    const names = [...(await options.forges()).keys()];
    if (closing.signal.aborted) return [];
    for (const name of names) {
      const watch = () => createForgeWatch(name, { ...options, gates }, closing.signal);
      if (!watches.has(name)) watches.set(name, watch());
    }
    return [...watches.values()];
  };
  const pump = createPump(
    async () => {
      for (const one of await all()) one.wake();
    },
    (error) => {
      log.error({ err: error }, "The forges cannot be listed");
    },
  );
  const { wake } = pump;
  return {
    start: () => {
      timer ??= setInterval(wake, pollMs).unref();
      wake();
    },
    wake,
    once: async () => {
      await Promise.all((await all()).map((one) => one.round({ all: true })));
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      closing.abort(new Error("The bot ends."));
      pump.close();
      await pump.busy();
      await Promise.all([...watches.values()].map((one) => one.closed()));
      log.debug({}, "Nothing is looked for any more.");
    },
  };
}

/** One forge: its rounds never overlap, and none waits for another forge's. */
interface ForgeWatch {
  wake(): void;
  round(options: { all: boolean }): Promise<void>;
  closed(): Promise<void>;
}

function createForgeWatch(
  name: string,
  options: CatchUpOptions & { readonly gates: ForgeGates },
  signal: AbortSignal,
): ForgeWatch {
  const { now = Date.now, random = Math.random, intervalMs = 300_000, log, gates } = options;
  const memory: Memory = createMemory();
  let resent: Resent | undefined;
  /** All was looked at once since the start. */
  let hasLooked = false;
  /** As a whole: how often it could not be asked, and when it is asked again. */
  let tries = 0;
  let dueAt = 0;
  let trouble: string | undefined;
  let last: Promise<void> = Promise.resolve();

  const watchOf = async (configured: Forge): Promise<Watch> => {
    const forge = whileWanted(configured, signal, (error) => {
      const until = leftAloneUntil(error, now());
      if (until !== undefined) gates.close(name, until);
    });
    const bot = await forge.self();
    const { onState = nothing, onRename = nothing, accept, db, report } = options;
    const { onTakenBack = () => undefined } = options;
    return {
      name,
      forge,
      origin: { ...(await options.origin(name)), bot },
      db,
      accept,
      onState,
      onRename,
      report,
      onTakenBack,
      log,
      now,
      random,
      signal,
    };
  };

  const look = async (forge: Forge, all: boolean): Promise<number | undefined> => {
    const watch = await watchOf(forge);
    const looked = await carryOutLooks(watch);
    if (looked?.wantsQuiet === true) return looked.dueAt;
    const { resendFailed } = watch.forge;
    if (resendFailed === undefined) {
      const allow = await options.allow();
      const configured = [...allow, ...(options.watched?.(watch.name) ?? [])];
      const kind = all ? "every" : hasLooked ? "due" : "start";
      const until = await lookAtRepositories(watch, {
        memory,
        allow,
        configured,
        intervalMs,
        kind,
        looked,
      });
      hasLooked ||= until === undefined;
      return until;
    }
    if (all || resent === undefined || now() - resent.at >= intervalMs)
      resent = await resend(watch, resendFailed, resent);
    return undefined;
  };

  const round = async (all: boolean): Promise<void> => {
    const forge = (await options.forges()).get(name);
    if (forge === undefined || signal.aborted || (!all && now() < dueAt)) return;
    if (gates.closed().includes(name)) return;
    try {
      const quiet = await look(forge, all);
      tries = quiet === undefined ? 0 : tries + 1;
      dueAt = quiet === undefined ? 0 : Math.max(quiet, now() + backoff(tries, random()));
      trouble = undefined;
    } catch (error) {
      if (signal.aborted) return;
      tries++;
      const found = troubleOf(error, tries, { now, random });
      dueAt = found.dueAt;
      if (trouble === found.words) return;
      trouble = found.words;
      log.warn({ forge: name, err: error }, "A forge cannot be looked at");
    }
  };

  const serial = async (all: boolean): Promise<void> => {
    last = last.then(() => round(all));
    return last;
  };
  const pump: Pump = createPump(
    () => serial(false),
    (error) => {
      log.error({ forge: name, err: error }, "A round of catching up failed");
    },
  );
  return {
    wake: pump.wake,
    round: ({ all }) => serial(all),
    closed: async () => {
      pump.close();
      await Promise.all([pump.busy(), last]);
    },
  };
}
