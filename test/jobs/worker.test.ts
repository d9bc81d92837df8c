import { expect, test, vi } from "vitest";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import type { Handle, JobOutcome } from "../../src/jobs/contract.ts";
import type { Job } from "../../src/jobs/job.ts";
import { deliveries } from "../../src/jobs/schema.ts";
import { stopOf } from "../../src/jobs/stop.ts";
import { createWorker, type WorkerOptions } from "../../src/jobs/worker.ts";
import { temporaryFile } from "../kugetsu/db/open.ts";
import {
  accepted,
  CAPS,
  createQueue,
  disposing,
  keptLog,
  newDelivery,
  newJob,
  type Queue,
  queued,
  status,
  THREAD,
} from "./queue.ts";

const DONE = { state: "done", words: "All done." } as const;
/** Long enough to never come within a test. */
const NEVER_MS = 1_000_000;

function create({ store, leases, owner, clock }: Queue, options: Partial<WorkerOptions> = {}) {
  const log = keptLog();
  const worker = disposing(
    createWorker({
      store,
      leases,
      owner,
      admit: async () => ({ kind: "queued", thread: THREAD }),
      handle: async () => DONE,
      report: (job, end) => [status(job, end.words)],
      caps: () => CAPS,
      log,
      graceMs: 0,
      pollMs: NEVER_MS,
      now: () => clock.now,
      random: () => 1,
      ...options,
    }),
  );
  return { worker, log };
}

/** A handler that runs until its signal is aborted or the test ends it. */
function openHandler(onAbort: (signal: AbortSignal) => JobOutcome) {
  const open = new Map<number, (end: JobOutcome) => void>();
  const handle: Handle = async (job, { signal }) =>
    new Promise((resolve) => {
      open.set(job.id, resolve);
      signal.addEventListener("abort", () => {
        resolve(onAbort(signal));
      });
    });
  return { open, handle };
}

const failByIssue: Handle = async (job) => {
  if (job.issueNumber === 1) throw new TypeError("secret 123");
  if (job.issueNumber === 2) throw new KugetsuError("failed", "The push was refused.");
  return DONE;
};

const throwOnAbort: Handle = async (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });

const stopped = (): JobOutcome => ({ state: "stopped", words: "Stopped." });

test("an accepted job is admitted, run and ended, with the words of its end in the outbox", async () => {
  const queue = createQueue();
  const seen: Job[] = [];
  const handle: Handle = async (job, { resumed }) => {
    seen.push(job);
    expect(resumed).toBe(false);
    return { ...DONE, say: [status(job, "All done.")] };
  };
  const { worker } = create(queue, { handle });
  await worker.start();
  const id = await accepted(queue.store, newJob(1));
  worker.wake();
  expect(await worker.finished(id)).toMatchObject(DONE);
  expect(seen).toMatchObject([{ id, thread: THREAD, attempts: 1 }]);
  expect(await queue.outbox.find(`status:${id}`)).toMatchObject({
    body: "All done.",
    state: "due",
  });
  expect(await queue.leases.live()).toEqual([]);
});

test("more work than the cap is worked off in order, never more than the cap at once", async () => {
  const queue = createQueue();
  const { open, handle } = openHandler(stopped);
  const { worker } = create(queue, { handle });
  const ids: number[] = [];
  for (let number = 1; number <= 5; number++) ids.push(await queued(queue.store, newJob(number)));
  await worker.start();
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual(ids.slice(0, 3));
  });
  open.get(ids[1] ?? 0)?.(DONE);
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual(ids.slice(0, 4));
  });
  expect(worker.running()).toEqual([ids[0], ids[2], ids[3]]);
});

test("a handler that throws ends its job with safe words, and the worker goes on", async () => {
  const queue = createQueue();
  const { worker, log } = create(queue, { handle: failByIssue });
  await worker.start();
  const ids: number[] = [];
  for (const number of [1, 2, 3]) ids.push(await queued(queue.store, newJob(number)));
  worker.wake();
  const ends = await Promise.all(ids.map((id) => worker.finished(id)));
  expect(ends.map(({ state, words }) => [state, words])).toEqual([
    ["failed", "Internal error."],
    ["failed", "The push was refused."],
    ["done", "All done."],
  ]);
  expect(await queue.outbox.find(`status:${ids[0]}`)).toMatchObject({ body: "Internal error." });
  expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(2);
});

test("an admission is tried again with backoff while the forge is unavailable", async () => {
  const queue = createQueue();
  const { store, clock } = queue;
  let tries = 0;
  const admit: WorkerOptions["admit"] = async (_, before) => {
    expect(before).toEqual({ tries });
    tries++;
    if (tries < 6) throw new KugetsuError("unavailable", "The forge is away.");
    return { kind: "queued", thread: THREAD };
  };
  const { worker } = create(queue, { admit });
  await worker.start();
  const id = await accepted(store, newJob(1));
  for (const wait of [0, 1_000, 2_000, 4_000, 8_000]) {
    clock.now += wait;
    const before = tries;
    worker.wake();
    await vi.waitFor(async () => {
      expect(tries).toBe(before + 1);
      expect(await store.nextReceived([])).toBeUndefined();
    });
    expect(await store.get(id)).toMatchObject({ state: "received" });
  }
  clock.now += 16_000;
  expect(await worker.finished(id)).toMatchObject(DONE);
});

test("admissions of a forge that does not answer hold up nobody else's", async () => {
  const queue = createQueue();
  const { store } = queue;
  const answer = Promise.withResolvers<void>();
  const asked: string[] = [];
  const admit: WorkerOptions["admit"] = async ({ forge, issueNumber }) => {
    asked.push(`${forge} ${issueNumber}`);
    if (forge === "gitea") await answer.promise;
    return { kind: "queued", thread: THREAD };
  };
  const { worker } = create(queue, { admit });
  for (const number of [1, 2, 3, 4, 5]) await accepted(store, newJob(number));
  const other = await accepted(store, newJob(6, { forge: "github", ref: "github.com/ann/app#6" }));
  await worker.start();
  expect(await worker.finished(other)).toMatchObject(DONE);
  expect(asked).toEqual(["gitea 1", "gitea 2", "gitea 3", "gitea 4", "github 6"]);
  answer.resolve();
  expect(await worker.finished(5)).toMatchObject(DONE);
});

test("after a rate limit nothing of that forge is admitted until it is over", async () => {
  const queue = createQueue();
  const { store, clock } = queue;
  const asked: string[] = [];
  const errors = [new KugetsuError("unavailable", "Slower.", { retryAfterMs: 60_000 })];
  const admit: WorkerOptions["admit"] = async ({ issueNumber }) => {
    asked.push(`${issueNumber} at ${clock.now - 1_000_000}`);
    const error = errors.shift();
    if (error !== undefined) throw error;
    return { kind: "queued", thread: THREAD };
  };
  const { worker, log } = create(queue, { admit });
  await accepted(store, newJob(1));
  await worker.start();
  await vi.waitFor(() => {
    expect(log.lines).toHaveLength(1);
  });
  const second = await accepted(store, newJob(2));
  const other = await accepted(store, newJob(3, { forge: "github", ref: "github.com/ann/app#3" }));
  expect(await worker.finished(other)).toMatchObject(DONE);
  clock.now += 60_000;
  expect(await worker.finished(second)).toMatchObject(DONE);
  expect(asked).toEqual(["1 at 0", "3 at 0", "1 at 60000", "2 at 60000"]);
});

test("where one account's limit is met, what the others ask for is admitted", async () => {
  const queue = createQueue();
  const { store } = queue;
  const limit = { retryAfterMs: 60_000, ofOneAccount: true };
  const admit: WorkerOptions["admit"] = async ({ issueNumber }) => {
    if (issueNumber === 1) throw new KugetsuError("unavailable", "Slower.", limit);
    return { kind: "queued", thread: THREAD };
  };
  const { worker, log } = create(queue, { admit });
  await accepted(store, newJob(1));
  await worker.start();
  await vi.waitFor(() => {
    expect(log.lines).toHaveLength(1);
  });
  expect(await worker.finished(await accepted(store, newJob(2)))).toMatchObject(DONE);
});

test("while the bot's token is refused an admission waits, and the log calls for the operator", async () => {
  const queue = createQueue();
  const { store, clock } = queue;
  let tries = 0;
  const admit: WorkerOptions["admit"] = async () => {
    tries++;
    if (tries > 4) return { kind: "queued", thread: THREAD };
    throw new KugetsuError("unavailable", "The token is refused.", {
      retryAfterMs: 60_000,
      needsOperator: true,
    });
  };
  const { worker, log } = create(queue, { admit });
  const id = await accepted(store, newJob(1));
  await worker.start();
  for (const tried of [1, 2, 3, 4]) {
    await vi.waitFor(() => {
      expect(log.lines).toHaveLength(tried);
    });
    clock.now += 59_999;
    expect(await store.nextReceived([])).toBeUndefined();
    clock.now += 1;
    if (tried < 4) worker.wake();
  }
  expect(await store.get(id)).toMatchObject({ state: "received" });
  expect(log.lines.map(({ level }) => level)).toEqual(["error", "error", "error", "error"]);
  expect(await worker.finished(id)).toMatchObject(DONE);
});

test("what is old is forgotten at the start and once a day, not by who works off one job alone", async () => {
  const queue = createQueue();
  const { store, db, clock } = queue;
  const count = () => db.orm.select().from(deliveries).all().length;
  const day = 24 * 60 * 60 * 1000;
  for (const receivedAt of [0, day, 2 * day]) {
    await store.accept(newDelivery(undefined, { receivedAt }));
  }
  clock.now = 30 * day + 1;
  const mine = await queued(store, newJob(1));
  const { worker: alone } = create(queue, { only: () => [mine] });
  await alone.start();
  await alone.finished(1);
  // Three, and that of the job.
  expect(count()).toBe(4);
  const { worker } = create(queue);
  await worker.start();
  await vi.waitFor(() => {
    expect(count()).toBe(3);
  });
  clock.now += day;
  worker.wake();
  await vi.waitFor(() => {
    expect(count()).toBe(1);
  });
});

test("what an earlier attempt noted is handed to the next one", async () => {
  const queue = createQueue();
  const { store, leases, owner } = queue;
  const id = await queued(store, newJob(1));
  await store.claim({ owner, caps: CAPS });
  await store.note(id, { began: true });
  for (const { resource } of await leases.live()) await leases.release(resource, owner.marker);
  const seen: unknown[] = [];
  const { worker } = create(queue, {
    handle: async ({ notes }, { resumed }) => {
      seen.push(notes, resumed);
      return DONE;
    },
  });
  await worker.start();
  await worker.finished(id);
  expect(seen).toEqual([{ began: true }, true]);
});

test("an admission that fails otherwise is tried three times, then the job ends with words", async () => {
  const queue = createQueue();
  const { store, clock } = queue;
  const admit = vi.fn<WorkerOptions["admit"]>(async () => Promise.reject(new Error("a defect")));
  const { worker, log } = create(queue, { admit, pollMs: 5 });
  await worker.start();
  const id = await accepted(store, newJob(1));
  const ended = worker.finished(id);
  while ((await store.get(id))?.state === "received") {
    clock.now += 10_000;
    worker.wake();
    await vi.waitFor(async () => {
      const due = await store.nextReceived([]);
      expect(due === undefined || due.tries > 0).toBe(true);
    });
  }
  expect(await ended).toMatchObject({ state: "failed", words: "Internal error." });
  expect(admit).toHaveBeenCalledTimes(3);
  expect(log.lines.map(({ level }) => level)).toEqual(["warn", "warn", "error"]);
});

test("an unavailable forge takes none of the three tries away", async () => {
  const queue = createQueue();
  const { store, clock } = queue;
  const errors = [1, 2, 3, 4].map(() => new KugetsuError("unavailable", "The forge is away."));
  const faults = [new Error("a defect"), new Error("a defect")];
  const admit: WorkerOptions["admit"] = async () => {
    const error = errors.pop() ?? faults.pop();
    if (error !== undefined) throw error;
    return { kind: "queued", thread: THREAD };
  };
  const { worker } = create(queue, { admit, pollMs: 5 });
  await worker.start();
  const ended = worker.finished(await accepted(store, newJob(1)));
  await vi.waitFor(async () => {
    clock.now += 60_000;
    expect((await store.get(1))?.finishedAt).toBeDefined();
  });
  expect(await ended).toMatchObject(DONE);
});

test("admissions run side by side, four at most, one issue's in order", async () => {
  const queue = createQueue();
  const open = new Map<number, () => void>();
  const admit: WorkerOptions["admit"] = async (job) =>
    new Promise((resolve) => {
      open.set(job.id, () => {
        resolve({ kind: "dropped", why: "test" });
      });
    });
  const { worker } = create(queue, { admit });
  await worker.start();
  for (const number of [1, 1, 2, 3, 4, 5]) await accepted(queue.store, newJob(number));
  worker.wake();
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual([1, 3, 4, 5]);
  });
  open.get(1)?.();
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual([1, 3, 4, 5, 2]);
  });
  for (const id of [2, 3, 4, 5]) open.get(id)?.();
  await vi.waitFor(() => {
    expect(open.has(6)).toBe(true);
  });
  open.get(6)?.();
});

test("a stop ends the running turn of an issue alone; with `waiting` also what waits behind it", async () => {
  const queue = createQueue();
  const { store } = queue;
  const reasons: unknown[] = [];
  const { open, handle } = openHandler((signal) => {
    reasons.push(stopOf(signal)?.kind, stopOf(signal)?.by);
    return stopped();
  });
  const { worker } = create(queue, { handle });
  const first = await queued(store, newJob(1));
  const second = await queued(store, newJob(1));
  const third = await queued(store, newJob(1));
  const other = await queued(store, newJob(2));
  const { ref } = newJob(1);
  await worker.start();
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual([first, other]);
  });
  expect(await worker.stopRef(ref, "bob")).toEqual({
    running: [first],
    waiting: [],
    left: [second, third],
  });
  expect(await worker.finished(first)).toMatchObject({ state: "stopped" });
  expect(reasons).toEqual(["stop", "bob"]);
  await vi.waitFor(() => {
    expect(worker.running()).toEqual([other, second]);
  });
  expect(await worker.stopRef(ref, "bob", { waiting: true })).toEqual({
    running: [second],
    waiting: [third],
    left: [],
  });
  expect(await worker.finished(third)).toMatchObject({
    state: "stopped",
    words: "`bob` stopped it before an agent began.",
  });
  await vi.waitFor(async () => {
    expect(await worker.stopRef(ref, "bob", { waiting: true })).toEqual({
      running: [],
      waiting: [],
      left: [],
    });
  });
  expect(worker.running()).toEqual([other]);
});

test("a stop reaches a turn that runs in another worker", async () => {
  const file = temporaryFile();
  const [one, two] = [createQueue(file, "one"), createQueue(file, "two")];
  const { open, handle } = openHandler(stopped);
  const { worker } = create(one, { handle, stopPollMs: 5 });
  const { worker: other } = create(two, { caps: () => ({ dev: 0, pm: 0 }), pollMs: 5 });
  const id = await queued(one.store, newJob(1));
  await worker.start();
  await vi.waitFor(() => {
    expect(open.size).toBe(1);
  });
  expect(await other.stop(id, "bob")).toBe("stopping");
  await other.start();
  expect(await other.finished(id)).toMatchObject({ state: "stopped" });
});

test("a pause that ends turns reaches them in every worker; resumed, they go on at no cost", async () => {
  const file = temporaryFile();
  const [one, two] = [createQueue(file, "one"), createQueue(file, "two")];
  const { open, handle } = openHandler((signal) => ({
    state: stopOf(signal)?.kind === "pause" ? "interrupted" : "failed",
    words: "",
  }));
  const { worker } = create(one, { handle, stopPollMs: 5, pollMs: 5 });
  const turns = [await queued(one.store, newJob(1)), await queued(one.store, newJob(2))];
  const quick = await queued(one.store, newJob(1, { lane: "quick", verb: "status" }));
  await worker.start();
  await vi.waitFor(() => {
    expect(open.size).toBe(3);
  });
  await two.store.pause({ endsTurns: true });
  await vi.waitFor(async () => {
    expect(await two.store.stillRunning(turns)).toEqual([]);
  });
  expect(worker.running()).toEqual([quick]);
  open.clear();
  for (let times = 0; times < 3; times++) {
    await two.store.resume();
    await vi.waitFor(() => {
      expect([...open.keys()]).toEqual(turns);
    });
    open.clear();
    await two.store.pause({ endsTurns: true });
    await vi.waitFor(async () => {
      expect(await two.store.list({ states: ["queued"] })).toHaveLength(2);
    });
  }
  // As many attempts as it takes, and a crash is still forgiven.
  expect(await one.store.get(turns[0] ?? 0)).toMatchObject({ state: "queued", attempts: 4 });
  await two.store.resume();
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual(turns);
  });
  for (const { resource } of await one.leases.live()) await one.leases.release(resource, "one");
  expect(await two.store.recover(() => [])).toMatchObject({ ended: [] });
});

test("a drain takes nothing new, lets turns end within the grace, and puts the others back for the next start", async () => {
  const queue = createQueue();
  const { store, owner, leases } = queue;
  const { open, handle } = openHandler((signal) => ({
    state: stopOf(signal)?.kind === "shutdown" ? "interrupted" : "failed",
    words: "",
  }));
  const { worker } = create(queue, { handle });
  const ends = await queued(store, newJob(1));
  const goesOn = await queued(store, newJob(2));
  await worker.start();
  await vi.waitFor(() => {
    expect(open.size).toBe(2);
  });
  const drained = worker.drain({ graceMs: 50 });
  const late = await queued(store, newJob(3));
  worker.wake();
  open.get(ends)?.(DONE);
  expect(await drained).toEqual([]);
  expect(await store.get(ends)).toMatchObject({ state: "done" });
  expect(await store.get(late)).toMatchObject({ state: "queued", attempts: 0 });
  expect(await leases.live()).toEqual([]);
  expect(await store.claim({ owner, caps: CAPS })).toMatchObject({ id: goesOn, attempts: 2 });
});

test("a drain that is not needed ends at once, whatever the grace is", async () => {
  const { worker } = create(createQueue());
  await worker.start();
  expect(await worker.drain({ graceMs: NEVER_MS })).toEqual([]);
});

test("a handler that throws because of the shutdown is interrupted, not failed", async () => {
  const queue = createQueue();
  const { worker } = create(queue, { handle: throwOnAbort });
  const id = await queued(queue.store, newJob(1));
  await worker.start();
  await vi.waitFor(() => {
    expect(worker.running()).toEqual([id]);
  });
  expect(await worker.drain({ graceMs: 0 })).toEqual([]);
  expect(await queue.store.get(id)).toMatchObject({ state: "queued" });
});

test("a handler that calls itself interrupted without a shutdown has failed", async () => {
  const queue = createQueue();
  const { worker } = create(queue, { handle: async () => ({ state: "interrupted" }) });
  const id = await queued(queue.store, newJob(1));
  await worker.start();
  expect(await worker.finished(id)).toMatchObject({ state: "failed", words: "Internal error." });
});

test("a handler that waits is put back, and called again when it is due", async () => {
  const queue = createQueue();
  const outcomes = [{ state: "interrupted", waitMs: 60_000 } as const];
  const { worker } = create(queue, { handle: async () => outcomes.shift() ?? DONE });
  const id = await queued(queue.store, newJob(1));
  await worker.start();
  await vi.waitFor(async () => {
    expect(await queue.store.get(id)).toMatchObject({ state: "queued", attempts: 1 });
  });
  queue.clock.now += 60_000;
  expect(await worker.finished(id)).toMatchObject({ ...DONE, attempts: 2 });
});

test("at the start, what dead processes left is ended first and then resumed", async () => {
  const queue = createQueue();
  const { store, leases, owner, clock } = queue;
  const id = await queued(store, newJob(1));
  const gone = { ...owner, pid: 2 ** 22 + 1, marker: "gone" };
  await store.claim({ owner: gone, caps: CAPS });
  const steps: string[] = [];
  const onDead: WorkerOptions["onDead"] = async (dead) => {
    steps.push(`dead ${dead.map(({ marker }) => marker).join()}`);
    expect(await leases.live()).toHaveLength(1);
  };
  const handle: Handle = async (_, { resumed }) => {
    steps.push(`resumed ${resumed}`);
    return DONE;
  };
  const { worker } = create(queue, { handle, onDead });
  clock.now += 5;
  await worker.start();
  expect(await worker.finished(id)).toMatchObject({ ...DONE, startedAt: clock.now });
  expect(steps).toEqual(["dead gone", "resumed true"]);
});

test("a worker for one job leaves the others alone", async () => {
  const queue = createQueue();
  const { store } = queue;
  const other = await queued(store, newJob(1));
  const received = await accepted(store, newJob(2));
  const mine = await queued(store, newJob(3));
  const { worker } = create(queue, { only: () => [mine] });
  await worker.start();
  expect(await worker.finished(mine)).toMatchObject(DONE);
  expect(await store.get(other)).toMatchObject({ state: "queued" });
  expect(await store.get(received)).toMatchObject({ state: "received" });
});

test("zeros as caps pause the turns; a later change takes effect without a restart", async () => {
  const queue = createQueue();
  let caps = { dev: 0, pm: 0 };
  const { worker } = create(queue, { caps: () => caps });
  const id = await queued(queue.store, newJob(1));
  const help = await queued(queue.store, newJob(1, { lane: "quick", verb: "help" }));
  await worker.start();
  expect(await worker.finished(help)).toMatchObject(DONE);
  expect(await queue.store.get(id)).toMatchObject({ state: "queued" });
  caps = CAPS;
  expect(await worker.finished(id)).toMatchObject(DONE);
});
