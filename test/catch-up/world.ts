import { onTestFinished } from "vitest";
import { createAdmit } from "../../src/admission/admit.ts";
import { servedBy } from "../../src/admission/served.ts";
import { type CatchUp, type CatchUpOptions, createCatchUp } from "../../src/catch-up/catch-up.ts";
import type { FoundState, Rename } from "../../src/catch-up/watch.ts";
import type { TriggerName } from "../../src/config.ts";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import type { Face, RecordedDelivery, SandboxForge } from "../../src/demo/forge/sandbox.ts";
import type { Person } from "../../src/forge/event.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { createGitea } from "../../src/forge/gitea.ts";
import { createGitHub } from "../../src/forge/github.ts";
import { readerOf } from "../../src/forges/adapter.ts";
import { reportEnd } from "../../src/handlers/report-end.ts";
import { watchRepository } from "../../src/jobs/repositories.ts";
import { jobs, missed, repositories } from "../../src/jobs/schema.ts";
import { createAccept } from "../../src/server/accept.ts";
import { createQueue, disposing, keptLog, type Line, type Queue } from "../jobs/queue.ts";

export const SHOP = "olivia/shop";
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export interface World {
  readonly queue: Queue;
  readonly forge: SandboxForge;
  /** What the bot sees of it. */
  readonly view: Forge;
  /** The id of `olivia/shop`. */
  readonly shop: number;
  readonly lines: readonly Line[];
  readonly states: FoundState[];
  readonly renames: Rename[];
  person(login: string): Person;
  /** Time goes by, for the forge and for the bot. */
  pass(ms: number): void;
  /** TRIGGERS from now on. */
  switchTo(others: readonly TriggerName[]): void;
  /** A comment a few seconds after the last one, on the one issue there is unless told. */
  say(body: string, by?: string, number?: number): number;
  /** The repository is known from now on, as after its first delivery. */
  watch(repository?: string, id?: number): void;
  /** The bot, started anew. */
  catchUp(change?: Partial<CatchUpOptions>): CatchUp;
  /** The forge's deliveries that were not taken yet reach the bot. */
  deliver(deliveries?: readonly RecordedDelivery[]): Promise<void>;
  /** Admits what waits, and tells of all orders what became of them, oldest first. */
  orders(): Promise<readonly string[]>;
  missed(): readonly { ref: string; actor: string; url: string; why: string }[];
  repository(): typeof repositories.$inferSelect;
}

/** olivia owns the shop, walter may write, rita may read; issue 1 is walter's, and some minutes old. */
export async function openWorld(face: Face = "gitea"): Promise<World> {
  const queue = createQueue();
  const { clock, store, db } = queue;
  clock.now = Date.parse("2026-03-01T12:00:00Z");
  const now = (): number => clock.now;
  const forge = disposing(await startSandboxForge({ now, face }));
  const ids = new Map(
    ["olivia", "walter", "rita"].map((login) => [login, forge.addUser(login).id]),
  );
  const { token } = forge.addUser("kugetsu-bot");
  const { id: shop } = await forge.addRepository(SHOP, {
    files: { "README.md": "# shop\n" },
    collaborators: { walter: "write", rita: "read", "kugetsu-bot": "admin" },
  });
  // Nobody listens there: the bot is down.
  forge.addHook(SHOP, { url: "http://127.0.0.1:1/", secret: "a" });
  forge.createIssue(SHOP, { by: "walter", title: "It breaks", body: "Badly." });
  const { url } = forge;
  const { read, deliveryId } = readerOf({ kind: face });
  const view =
    face === "gitea"
      ? createGitea({ url, token })
      : createGitHub({ url, auth: { kind: "token", token }, now });
  const bot = await view.self();
  const origin = {
    forge: face,
    instance: forge.host,
    triggers: ["comment", "issue", "label", "assignment", "mention"],
    triggerLabel: "kugetsu",
  } as const;
  const log = keptLog();
  const states: FoundState[] = [];
  const renames: Rename[] = [];
  const admit = createAdmit({
    forge: () => view,
    served: servedBy([]),
    delegateAllow: [],
    commandAllow: [],
    turnsPerDay: 100,
    turnsToday: async () => 0,
    log,
  });
  const pass = (ms: number): void => {
    clock.now += ms;
  };
  pass(5 * MINUTE);
  let taken = 0;
  let triggers: readonly TriggerName[] = origin.triggers;
  const accept = createAccept({
    store,
    origin: () => ({ ...origin, triggers, bot }),
    onJob: () => undefined,
    onLook: () => undefined,
    log,
  });
  onTestFinished(() => forge.deliveriesSent());

  return {
    queue,
    forge,
    view,
    shop,
    lines: log.lines,
    states,
    renames,
    person: (login) => ({ id: ids.get(login) ?? 0, login }),
    pass,
    switchTo(others) {
      triggers = others;
    },
    say(body, by = "walter", number = 1) {
      pass(10 * SECOND);
      return forge.comment(SHOP, number, { by, body });
    },
    watch(repository = SHOP, id = shop) {
      const [owner = "", name = ""] = repository.split("/");
      const seen = { forge: face, repository: { id, owner, name }, seenAt: clock.now };
      db.write((tx) => watchRepository(tx, seen));
    },
    catchUp: (change = {}) =>
      disposing(
        createCatchUp({
          db,
          forges: async () => new Map([[face, view]]),
          origin: async () => ({ ...origin, triggers }),
          allow: async () => [],
          accept: (delivery) => store.accept(delivery),
          onState: async (state) => void states.push(state),
          onRename: async (rename) => void renames.push(rename),
          report: reportEnd,
          log,
          now,
          random: () => 0,
          ...change,
        }),
      ),
    async deliver(deliveries) {
      await forge.deliveriesSent();
      const due = deliveries ?? forge.deliveries.slice(taken);
      taken = forge.deliveries.length;
      for (const { headers, body } of due) {
        const told = new Headers(headers);
        const event = read(told, JSON.parse(body));
        if (event === undefined) throw new Error("unreadable");
        const id = deliveryId(told) ?? "";
        await accept({ forge: face, deliveryId: id, event, receivedAt: clock.now });
      }
    },
    async orders() {
      for (;;) {
        const due = await store.nextReceived([]);
        if (due === undefined) break;
        await store.settle(due.job.id, await admit(due.job));
      }
      return db.orm
        .select({ state: jobs.state, act: jobs.act })
        .from(jobs)
        .orderBy(jobs.id)
        .all()
        .map(({ state, act }) => `${state}: ${act.word} ${act.message}`.trim());
    },
    missed: () => db.orm.select().from(missed).orderBy(missed.id).all(),
    repository() {
      const [row] = db.orm.select().from(repositories).all();
      if (row === undefined) throw new Error("no repository is watched");
      return row;
    },
  };
}
