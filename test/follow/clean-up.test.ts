import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCleanUp } from "../../src/follow/clean-up.ts";
import { createJobStore } from "../../src/jobs/job-store.ts";
import type { NewSession } from "../../src/kugetsu/db/sessions.ts";
import { currentOwner } from "../../src/kugetsu/db/owner.ts";
import { type Desk, openDesk } from "../handlers/desk.ts";
import { disposing, keptLog, newJob, queued } from "../jobs/queue.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

const HOUR = 60 * 60 * 1_000;
const WEEK = 7 * 24 * HOUR;
let numbers = 100;

/** A session whose issue was closed at 0, and the clean-up with a clock. */
async function openClosed(change: Partial<NewSession> = {}) {
  const { kugetsu, sessions } = desk;
  const number = ++numbers;
  const ref = `localhost:3000/ann/app#${number}`;
  await sessions.put({ ref, kind: "forked", closedAt: 0, lastActivityAt: 0, ...change });
  const clock = { now: WEEK - 1 };
  const log = keptLog();
  const store = createJobStore({ db: kugetsu.database });
  const create = (after = WEEK) =>
    disposing(
      createCleanUp({ kugetsu, store, after: async () => after, log, now: () => clock.now }),
    );
  return {
    number,
    ref: change.ref ?? ref,
    store,
    clock,
    create,
    lines: log.lines,
    isThere: async () => (await sessions.get(change.ref ?? ref)) !== undefined,
  };
}

test("the session of an issue that is closed for long enough goes, and what it kept is told", async () => {
  const { ref, create, clock, isThere, lines } = await openClosed();
  const { slug } = (await desk.kugetsu.session(ref)) ?? { slug: "" };
  const worktree = join(desk.kugetsu.home.worktrees, slug);
  mkdirSync(worktree, { recursive: true });
  writeFileSync(join(worktree, "left.txt"), "nobody else has it\n");
  const cleanUp = create();
  await cleanUp.once();
  expect(await isThere()).toBe(true);
  clock.now += 1;
  await cleanUp.once();
  expect(await isThere()).toBe(false);
  expect(lines).toMatchObject([
    { level: "info", fields: { ref, kept: [expect.stringMatching(/^aside\//)] } },
  ]);
});

test("none goes where CLEANUP_AFTER is 0, or its issue is open, or somebody was in it since", async () => {
  const never = await openClosed();
  never.clock.now = 99 * WEEK;
  await never.create(0).once();
  expect(await never.isThere()).toBe(true);
  const open = await openClosed({ closedAt: undefined });
  const used = await openClosed({ lastActivityAt: 3 * HOUR });
  used.clock.now = WEEK + 2 * HOUR;
  await used.create().once();
  expect(await open.isThere()).toBe(true);
  expect(await used.isThere()).toBe(true);
});

test("a session at work is left for the next time", async () => {
  const { ref, create, clock, isThere, lines } = await openClosed();
  clock.now = 2 * WEEK;
  const { leases } = desk.kugetsu;
  const owner = currentOwner("somebody");
  await leases.acquire({ resource: ref, kind: "dev", owner });
  const cleanUp = create();
  await cleanUp.once();
  expect(await isThere()).toBe(true);
  await leases.release(ref, "somebody");
  await cleanUp.once();
  expect(await isThere()).toBe(false);
  expect(lines.map(({ level }) => level)).not.toContain("warn");
});

test("so is one for which an order waits", async () => {
  const { ref, number, store, create, clock, isThere } = await openClosed();
  clock.now = 2 * WEEK;
  const waiting = await queued(store, newJob(number, { ref }));
  await create().once();
  expect(await isThere()).toBe(true);
  await store.stop(waiting, "walter", () => []);
  await create().once();
  expect(await isThere()).toBe(false);
});

test("so is one for which an order comes while it is being taken", async () => {
  const { ref, number, store, clock, isThere } = await openClosed();
  const { kugetsu } = desk;
  clock.now = 2 * WEEK;
  const cleanUp = createCleanUp({
    kugetsu: {
      sessions: () => kugetsu.sessions(),
      session: (of) => kugetsu.session(of),
      destroy: (of) => kugetsu.destroy(of),
      hold: async (of) => {
        if (of === ref) await queued(store, newJob(number, { ref }));
        return kugetsu.hold(of);
      },
    },
    store,
    after: async () => WEEK,
    log: keptLog(),
    now: () => clock.now,
  });
  await disposing(cleanUp).once();
  expect(await isThere()).toBe(true);
  expect(await kugetsu.leases.live("admin")).toEqual([]);
});

test("a removal that was cut off is finished at once, and one that fails does not keep others", async () => {
  const cut = await openClosed({ state: "destroying", lastActivityAt: WEEK });
  const broken = await openClosed({ ref: "base-like", kind: "forked" });
  const other = await openClosed();
  other.clock.now = WEEK + 1;
  await other.create().once();
  expect(await cut.isThere()).toBe(false);
  expect(await other.isThere()).toBe(false);
  expect(await broken.isThere()).toBe(true);
  expect(other.lines).toContainEqual(
    expect.objectContaining({
      level: "warn",
      message: "The session of a closed issue cannot be cleaned up",
    }),
  );
  await desk.sessions.remove("base-like");
});

test("PM sessions and the base session are nobody's issue", async () => {
  const pm = await openClosed({ ref: "pm:localhost:3000/ann/app", kind: "pm" });
  pm.clock.now = 99 * WEEK;
  await pm.create().once();
  expect(await pm.isThere()).toBe(true);
});
