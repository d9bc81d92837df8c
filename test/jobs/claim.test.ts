import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFile } from "../kugetsu/db/open.ts";
import { accepted, CAPS, createQueue, newJob, type Queue, queued } from "./queue.ts";

const CLAIMER = fileURLToPath(new URL("claimer.ts", import.meta.url));

async function claimAll({ store, owner }: Queue, caps = CAPS): Promise<number[]> {
  const ids: number[] = [];
  for (;;) {
    const job = await store.claim({ owner, caps });
    if (job === undefined) return ids;
    ids.push(job.id);
  }
}

test("jobs are claimed oldest first up to the cap, and the next one when a place is free", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  const ids = [];
  for (let number = 1; number <= 5; number++) ids.push(await queued(store, newJob(number)));
  const [first = 0, second, third, fourth] = ids;
  expect(await claimAll(queue)).toEqual([first, second, third]);
  expect(await store.get(first)).toMatchObject({
    state: "running",
    attempts: 1,
    startedAt: 1_000_000,
  });
  expect(await store.finish(first, owner.marker, { state: "done", words: "" }, [])).toBe(true);
  expect(await claimAll(queue)).toEqual([fourth]);
});

test("two jobs of one issue never run at once, and the younger one waits also for an older one not yet admitted", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  const first = await accepted(store, newJob(1));
  const second = await queued(store, newJob(1));
  expect(await claimAll(queue)).toEqual([]);
  await store.settle(first, { kind: "dropped", why: "" });
  expect(await claimAll(queue)).toEqual([second]);
  const third = await queued(store, newJob(1));
  expect(await claimAll(queue)).toEqual([]);
  await store.finish(second, owner.marker, { state: "failed", words: "" }, []);
  expect(await claimAll(queue)).toEqual([third]);
});

test("leases that others took count against the cap and close their issue", async () => {
  const queue = createQueue();
  const { store, leases, owner } = queue;
  const held = newJob(1);
  await queued(store, held);
  const free = await queued(store, newJob(2));
  await queued(store, newJob(3));
  await leases.acquire({ resource: held.ref, kind: "dev", owner: { ...owner, marker: "cli" } });
  expect(await claimAll(queue, { dev: 2, pm: 1 })).toEqual([free]);
});

test("quick jobs overtake everything and know no cap", async () => {
  const queue = createQueue();
  const { store, owner } = queue;
  await queued(store, newJob(1));
  const stop = await queued(store, newJob(1, { lane: "quick", verb: "stop" }));
  const help = await queued(store, newJob(1, { lane: "quick", verb: "help" }));
  expect(await claimAll(queue, { dev: 0, pm: 0 })).toEqual([stop, help]);
  expect(await store.finish(stop, owner.marker, { state: "done", words: "" }, [])).toBe(true);
});

test("the PM agent has one slot of its own beside the dev turns", async () => {
  const queue = createQueue();
  const { store } = queue;
  const pm = { lane: "pm", verb: "delegate" } as const;
  const dev = await queued(store, newJob(1));
  const first = await queued(store, newJob(2, pm));
  await queued(store, newJob(3, pm));
  expect(await claimAll(queue, { dev: 1, pm: 1 })).toEqual([dev, first]);
  expect((await queue.leases.live("pm")).map(({ resource }) => resource)).toEqual([
    "pm:localhost:3000/ann/app",
  ]);
});

test("a repository's PM session is used by one job at a time even where the slot has room", async () => {
  const queue = createQueue();
  const { store } = queue;
  const pm = { lane: "pm", verb: "delegate" } as const;
  const first = await queued(store, newJob(2, pm));
  await queued(store, newJob(3, pm));
  const elsewhere = await queued(store, newJob(3, { ...pm, ref: "localhost:3000/ann/other#3" }));
  expect(await claimAll(queue, { dev: 1, pm: 5 })).toEqual([first, elsewhere]);
});

test("whoever wants one certain job gets that one or none", async () => {
  const { store, owner } = createQueue();
  await queued(store, newJob(1));
  const mine = await queued(store, newJob(2));
  expect(await store.claim({ owner, caps: CAPS, only: [mine] })).toMatchObject({ id: mine });
  expect(await store.claim({ owner, caps: CAPS, only: [mine] })).toBeUndefined();
});

test("two processes on one database never pass the cap, never overlap on an issue, and do each job once", async () => {
  const file = temporaryFile();
  const { store } = createQueue(file);
  const ids: number[] = [];
  for (let index = 0; index < 60; index++) ids.push(await queued(store, newJob(1 + (index % 12))));
  const spans = `${file}.spans`;
  writeFileSync(spans, "");
  const children: ChildProcess[] = ["one", "two"].map((marker) =>
    fork(CLAIMER, [file, spans, marker, "3"]),
  );
  onTestFinished(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  await Promise.all(children.map((child) => once(child, "message")));
  for (const child of children) child.send("go");
  const codes = await Promise.all(
    children.map(async (child) => (await once(child, "exit"))[0] as number),
  );
  expect(codes).toEqual([0, 0]);

  const running = new Map<number, string>();
  const order = new Map<string, number[]>();
  const workers = new Set<string>();
  let most = 0;
  for (const line of readFileSync(spans, "utf8").trim().split("\n")) {
    const { what, id, ref, marker } = JSON.parse(line) as {
      what: string;
      id: number;
      ref: string;
      marker: string;
    };
    workers.add(marker);
    if (what === "end") {
      running.delete(id);
      continue;
    }
    expect([...running.values()]).not.toContain(ref);
    running.set(id, ref);
    most = Math.max(most, running.size);
    order.set(ref, [...(order.get(ref) ?? []), id]);
  }
  expect(most).toBe(3);
  expect(workers.size).toBe(2);
  for (const claimed of order.values()) expect(claimed).toEqual(claimed.toSorted((a, b) => a - b));
  expect([...order.values()].flat().toSorted((a, b) => a - b)).toEqual(ids);
});
