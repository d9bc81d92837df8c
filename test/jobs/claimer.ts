// A process of its own for the tests: claims and ends jobs until none is left, and writes down when each one ran.
import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "../../src/jobs/job.ts";
import { createJobStore } from "../../src/jobs/job-store.ts";
import { openDatabase } from "../../src/kugetsu/db/database.ts";
import { currentOwner } from "../../src/kugetsu/db/owner.ts";

const [file = "", spans = "", marker = "", cap = ""] = process.argv.slice(2);
const store = createJobStore({ db: openDatabase(file) });
const write = (what: string, id: number, ref: string): void => {
  appendFileSync(spans, `${JSON.stringify({ what, id, ref, marker })}\n`);
};

const claim = async (): Promise<Job | undefined> =>
  store.claim({ owner: currentOwner(marker), caps: { dev: Number(cap), pm: 0 } });
const workOff = async (job: Job): Promise<void> => {
  write("start", job.id, job.ref);
  await delay(Math.random() * 10);
  // Written before the lease is gone, so that a span is never longer than its lease.
  write("end", job.id, job.ref);
  await store.finish(job.id, marker, { state: "done", words: "" }, []);
};
const work = async (): Promise<void> => {
  while ((await store.list({ states: ["queued"] })).length > 0) {
    const job = await claim();
    if (job !== undefined) await workOff(job);
    await delay(Math.random() * 3);
  }
};
// Both have one before either goes on, however long each took to start.
const first = await claim();
process.once("message", () => {
  process.disconnect();
  const begun = first === undefined ? undefined : workOff(first);
  void Promise.all([begun, work(), work(), work(), work()]);
});
process.send?.("ready");
