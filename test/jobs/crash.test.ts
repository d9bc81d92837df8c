import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFile } from "../kugetsu/db/open.ts";
import { CAPS, createQueue, newJob, queued } from "./queue.ts";

const VICTIM = fileURLToPath(new URL("victim.ts", import.meta.url));

async function killed(file: string, posts: string, part: "job" | "post"): Promise<void> {
  const child = fork(VICTIM, [file, posts, part]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}

test("a process killed in the middle of a turn leaves a job that is resumed with its notes", async () => {
  const file = temporaryFile();
  const { store, leases, owner } = createQueue(file);
  const id = await queued(store, newJob(1));
  await killed(file, `${file}.posts`, "job");

  expect(await store.claim({ owner, caps: CAPS })).toBeUndefined();
  expect(await leases.reconcile()).toMatchObject([{ resource: newJob(1).ref, marker: "victim" }]);
  expect(await store.recover(() => [])).toMatchObject({ requeued: [{ id }] });
  expect(await store.claim({ owner, caps: CAPS })).toMatchObject({
    id,
    attempts: 2,
    notes: { reached: "the agent" },
  });
});

test("a process killed between a post and its storing leaves a message that says it may be posted", async () => {
  const file = temporaryFile();
  const { outbox, leases, owner } = createQueue(file);
  const target = { owner: "ann", name: "app", number: 1 };
  await outbox.put([{ key: "c", forge: "gitea", kind: "comment", target, body: "a" }]);
  await killed(file, `${file}.posts`, "post");

  expect(readFileSync(`${file}.posts`, "utf8")).toBe("c\n");
  expect(await outbox.claim(owner)).toBeUndefined();
  await leases.reconcile();
  expect(await outbox.claim(owner)).toMatchObject({
    key: "c",
    attempts: 2,
    maybePosted: true,
    remoteId: undefined,
  });
});
