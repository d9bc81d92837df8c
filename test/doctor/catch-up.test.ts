import { join } from "node:path";
import { expect, test } from "vitest";
import { noteMissed } from "../../src/catch-up/missed.ts";
import { couldNotLook } from "../../src/catch-up/watched.ts";
import { missedCommands, watchedRepositories } from "../../src/doctor/catch-up.ts";
import { accept } from "../../src/jobs/accept.ts";
import { meaningOf } from "../../src/jobs/act.ts";
import { watchRepository } from "../../src/jobs/repositories.ts";
import { createQueue, newDelivery, newJob } from "../jobs/queue.ts";
import { look, newHome } from "./installation.ts";

function openQueue() {
  const KUGETSU_HOME = newHome();
  return { queue: createQueue(join(KUGETSU_HOME, "kugetsu.db")), env: { KUGETSU_HOME } };
}

test("without anything missed, and nothing watched, all is well", async () => {
  const { env } = openQueue();
  expect(await look(missedCommands, env)).toMatchObject([{ status: "ok" }]);
  expect(await look(watchedRepositories, env)).toMatchObject([{ status: "ok" }]);
});

test("the newest missed commands are named, but none that a delivery told of after all", async () => {
  const { queue, env } = openQueue();
  const miss = (number: number, foundAt = Date.now()) => {
    const job = newJob(number);
    const url = `http://localhost:3000/ann/app/issues/${number}`;
    const told = { meaning: meaningOf(job), url, why: "Too late.", foundAt };
    noteMissed(queue.db, job, { ...told, writtenAt: Date.parse("2026-01-01T00:00:00Z") + number });
    return job;
  };
  miss(1, Date.now() - 8 * 24 * 3_600_000);
  for (let number = 2; number <= 13; number++) miss(number);
  const told = miss(14);
  queue.db.write((tx) => accept(tx, newDelivery(told), 0));
  const found = await look(missedCommands, env);
  expect(found).toHaveLength(11);
  expect(found[0]).toEqual({
    status: "warning",
    detail: "http://localhost:3000/ann/app/issues/13 (ann, 2026-01-01T00:00:00.013Z): Too late.",
    advice: "It is not run. Who still wants it writes a new comment.",
  });
  expect(found.at(-1)).toMatchObject({ detail: "2 more commands were missed." });
});

test("repositories that cannot be looked at are named with why", async () => {
  const { queue, env } = openQueue();
  for (const [id, name] of [
    [1, "app"],
    [2, "shop"],
  ] as const) {
    const repository = { id, owner: "ann", name };
    queue.db.write((tx) => watchRepository(tx, { forge: "gitea", repository, seenAt: 0 }));
  }
  expect(await look(watchedRepositories, env)).toMatchObject([
    { status: "ok", detail: "2 looked at for what no delivery told." },
  ]);
  const failed = { tries: 1, dueAt: 0, trouble: "The forge answered 403." };
  couldNotLook(queue.db, { forge: "gitea", id: 2 }, failed);
  expect(await look(watchedRepositories, env)).toMatchObject([
    {
      status: "warning",
      detail:
        "ann/shop on gitea cannot be looked at: The forge answered 403. It is tried again at 1970-01-01T00:00:00.000Z.",
    },
  ]);
});
