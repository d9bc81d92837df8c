import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { followOrder } from "../../src/orders/follow.ts";
import { whyItWaits } from "../../src/orders/waiting.ts";
import { turnLogPath } from "../../src/turn-log/path.ts";
import { openTurnLog } from "../../src/turn-log/write.ts";
import { CAPS, createQueue, newJob, queued } from "../jobs/queue.ts";

function temporaryLogs(): string {
  const path = mkdtempSync(join(tmpdir(), "kugetsu-logs-"));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

test("tells why an order waits, what its turn does, and in the end how it is", async () => {
  const { store, owner } = createQueue();
  const logs = temporaryLogs();
  await store.pause({ endsTurns: false });
  const id = await queued(store, newJob(1));
  const news = followOrder({ store, logs, job: id });
  expect((await news.next()).value).toEqual({
    kind: "waits",
    why: expect.stringContaining("paused"),
  });
  await store.resume();
  await store.claim({ owner, caps: CAPS });
  const log = openTurnLog(turnLogPath(logs, id), { mask: (text) => text, failed: () => undefined });
  log.activity({ kind: "note", text: "begun" });
  expect((await news.next()).value).toMatchObject({ kind: "entry", entry: { text: "begun" } });
  log.activity({ kind: "note", text: "last" });
  await log[Symbol.asyncDispose]();
  await store.finish(id, owner.marker, { state: "done", words: "All done." }, []);
  expect((await news.next()).value).toMatchObject({ entry: { text: "last" } });
  expect(await news.next()).toMatchObject({ done: true, value: { id, words: "All done." } });
});

test("ends when nobody wants to know any more, and for a job that is not there", async () => {
  const { store } = createQueue();
  const logs = temporaryLogs();
  const gone = new AbortController();
  gone.abort(new Error("gone"));
  const id = await queued(store, newJob(1));
  await expect(followOrder({ store, logs, job: id, signal: gone.signal }).next()).rejects.toThrow(
    "gone",
  );
  await expect(followOrder({ store, logs, job: 99 }).next()).rejects.toMatchObject({
    code: "not_found",
  });
});

test("an order waits for the issue's turn, for earlier orders, or for an agent to be free", async () => {
  const { store, owner } = createQueue();
  const first = await queued(store, newJob(1));
  const second = await queued(store, newJob(1));
  const other = await queued(store, newJob(2));
  expect(await whyItWaits(store, first)).toBe("");
  expect(await whyItWaits(store, second)).toBe("1 earlier order waits");
  await store.claim({ owner, caps: CAPS });
  expect(await whyItWaits(store, second)).toContain("runs");
  expect(await whyItWaits(store, other)).toBe("1 agent is at work");
});
