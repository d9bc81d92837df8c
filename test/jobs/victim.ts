// A process of its own for the tests: is killed in the middle of a job (`job`) or right after a post (`post`).
import { appendFileSync } from "node:fs";
import { createJobStore } from "../../src/jobs/job-store.ts";
import { createOutboxStore } from "../../src/jobs/outbox.ts";
import { createOutboxSender } from "../../src/jobs/sender.ts";
import { createWorker } from "../../src/jobs/worker.ts";
import { openDatabase } from "../../src/kugetsu/db/database.ts";
import { createLeaseStore } from "../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../src/kugetsu/db/owner.ts";

const [file = "", posts = "", part = ""] = process.argv.slice(2);
const db = openDatabase(file);
const store = createJobStore({ db });
const nothing = () => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const die = (): void => {
  process.kill(process.pid, "SIGKILL");
};

if (part === "post") {
  const outbox = createOutboxStore({ db, intervalMs: 0 });
  const deliver = async ({ key }: { key: string }): Promise<number> => {
    appendFileSync(posts, `${key}\n`);
    die();
    return 1;
  };
  createOutboxSender({ store: outbox, owner: currentOwner("victim"), deliver, log }).start();
} else {
  const worker = createWorker({
    store,
    leases: createLeaseStore(db),
    owner: currentOwner("victim"),
    admit: async () => Promise.reject(new Error("nothing to admit")),
    handle: async (job) => {
      await store.note(job.id, { reached: "the agent" });
      die();
      return { state: "done", words: "" };
    },
    report: () => [],
    caps: () => ({ dev: 1, pm: 1 }),
    log,
    graceMs: 0,
  });
  await worker.start();
}
setInterval(() => undefined, 1_000);
