import { expect, test } from "vitest";
import { createSessionStore } from "../../src/kugetsu/db/sessions.ts";
import { parseRef, pmRef } from "../../src/kugetsu/ref.ts";
import { mirrorKey } from "../../src/kugetsu/session/mirror.ts";
import type { Core } from "../../src/kugetsu/session/core.ts";
import { acknowledgement } from "../../src/jobs/acknowledge.ts";
import type { NewJob } from "../../src/jobs/job.ts";
import {
  CAPS,
  createQueue,
  existing,
  newDelivery,
  newJob,
  type Queue,
  THREAD,
} from "../jobs/queue.ts";

// The same repository, issue, comment and person by every name and number, on two hosts.
const HERE = newJob(1, { forge: "here", ref: "here.example.org/ann/app#1" });
const THERE: NewJob = { ...HERE, forge: "there", ref: "there.example.org/ann/app#1" };

async function bothQueued({ store }: Queue): Promise<readonly [number, number]> {
  const ids: number[] = [];
  for (const job of [HERE, THERE]) {
    const delivery = newDelivery(job, {
      forge: job.forge,
      deliveryId: "the-same",
      acknowledge: acknowledgement,
    });
    const accepted = await store.accept(delivery);
    expect(accepted).toMatchObject({ kind: "accepted" });
    const id = accepted.kind === "accepted" ? (accepted.jobId ?? 0) : 0;
    await store.settle(id, { kind: "queued", thread: THREAD });
    ids.push(id);
  }
  return [ids[0] ?? 0, ids[1] ?? 0];
}

test("the same delivery of two forges is two, and the same act is two orders", async () => {
  const queue = createQueue();
  const [here, there] = await bothQueued(queue);
  expect(here).not.toBe(there);
  expect(await existing(queue.store, here)).toMatchObject({ forge: "here", ref: HERE.ref });
  expect(await existing(queue.store, there)).toMatchObject({ forge: "there", ref: THERE.ref });
});

test("their turns do not wait for one another", async () => {
  const { store, owner, ...queue } = createQueue();
  const ids = await bothQueued({ store, owner, ...queue });
  const claimed = [
    await store.claim({ owner, caps: CAPS }),
    await store.claim({ owner, caps: CAPS }),
  ];
  expect(claimed.map((job) => job?.id)).toEqual(ids);
});

test("what is said to the one is not said to the other, nor waits for it", async () => {
  const queue = createQueue();
  await bothQueued(queue);
  const claimed = [await queue.outbox.claim(queue.owner), await queue.outbox.claim(queue.owner)];
  expect(new Set(claimed.map((message) => message?.forge))).toEqual(new Set(["here", "there"]));
  expect(new Set(claimed.map((message) => message?.key)).size).toBe(2);
});

test("the turns of a person on the one do not count on the other", async () => {
  const { store, ...queue } = createQueue();
  await bothQueued({ store, ...queue });
  expect(await store.countTurns({ forge: "here", actorId: 1, since: 0 })).toBe(1);
});

test("each has a mirror, a worktree and a PM agent of its own", async () => {
  const { db } = createQueue();
  const core = { sessions: createSessionStore(db) } as Core;
  const [here, there] = [parseRef(HERE.ref), parseRef(THERE.ref)];
  for (const repositoryId of [undefined, 9]) {
    const keys = await Promise.all(
      [here, there].map((ref) => mirrorKey(core, { ref, repositoryId })),
    );
    expect(new Set(keys).size).toBe(2);
  }
  const refs = [HERE.ref, THERE.ref, pmRef(here), pmRef(there)];
  const slugs = await Promise.all(refs.map((ref) => core.sessions.claimSlug(ref)));
  expect(new Set(slugs).size).toBe(4);
});

test("hosts whose names look alike as files do not share one either", async () => {
  const { db } = createQueue();
  const sessions = createSessionStore(db);
  const alike = ["a.example.org:3000/b/c#1", "a.example.org-3000/b/c#1"];
  const slugs = await Promise.all(alike.map((ref) => sessions.claimSlug(ref)));
  expect(new Set(slugs).size).toBe(2);
});
