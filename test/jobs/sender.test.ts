import { expect, test, vi } from "vitest";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import type { Message, NewMessage } from "../../src/jobs/message.ts";
import { createOutboxSender, type Deliver } from "../../src/jobs/sender.ts";
import { createQueue, disposing, keptLog, type Queue } from "./queue.ts";

function message(key: string, number = 1): NewMessage {
  return {
    key,
    forge: "gitea",
    kind: "comment",
    target: { owner: "ann", name: "app", number },
    body: "a",
  };
}

/** A sender whose poll never comes: only what wakes it makes it send. */
function start({ outbox: store, owner, clock }: Queue, deliver: Deliver) {
  const log = keptLog();
  const options = {
    store,
    owner,
    deliver,
    log,
    now: () => clock.now,
    random: () => 1,
    pollMs: 1_000_000,
  };
  const sender = disposing(createOutboxSender(options));
  sender.start();
  return { sender, log };
}

test("a message goes out as soon as the sender is woken, and its id is stored", async () => {
  const queue = createQueue();
  const { sender } = start(queue, async () => 42);
  await queue.outbox.put([message("a")]);
  sender.wake();
  expect(await sender.flush(5_000)).toBe(true);
  expect(await queue.outbox.find("a")).toMatchObject({
    state: "done",
    remoteId: 42,
    postedVersion: 1,
  });
});

test("an unavailable forge is asked again after the backoff, or after what it asked for, whichever is longer", async () => {
  const queue = createQueue();
  const { clock, outbox } = queue;
  const errors = [{}, {}, { retryAfterMs: 60_000 }];
  const tries: number[] = [];
  const { sender, log } = start(queue, async ({ attempts, maybePosted }) => {
    tries.push(clock.now - 1_000_000);
    expect(maybePosted).toBe(attempts > 1);
    const error = errors.shift();
    if (error !== undefined) throw new KugetsuError("unavailable", "The forge is away.", error);
    return 42;
  });
  await outbox.put([message("a"), message("b")]);
  for (const step of [0, 999, 1, 1_999, 1, 59_999, 1]) {
    clock.now += step;
    await sender.flush(5_000);
  }
  // The second message waits for the first one, so that the thread keeps its order.
  expect(tries).toEqual([0, 1_000, 3_000, 63_000, 63_000]);
  expect(log.lines.map(({ level }) => level)).toEqual(["info", "info", "info"]);
  expect(await outbox.counts()).toEqual({ due: 0, dead: 0 });
});

test("while the bot's token is refused a message stays due, and the log calls for the operator", async () => {
  const queue = createQueue();
  const { clock, outbox } = queue;
  const refused = new KugetsuError("unavailable", "The token is refused.", {
    retryAfterMs: 60_000,
    needsOperator: true,
  });
  let tries = 0;
  const { sender, log } = start(queue, async () => {
    tries++;
    if (tries < 5) throw refused;
    return 42;
  });
  await outbox.put([message("a")]);
  for (const step of [0, 59_999, 1, 60_000, 60_000, 60_000]) {
    clock.now += step;
    await sender.flush(5_000);
  }
  expect(tries).toBe(5);
  expect(log.lines.map(({ level }) => level)).toEqual(["error", "error", "error", "error"]);
  expect(await outbox.find("a")).toMatchObject({ state: "done", remoteId: 42 });
});

test.each([
  ["a final answer", new KugetsuError("forbidden", "No.")],
  ["a defect", new TypeError("x is undefined")],
])("after %s a message is given up, logged once, and the next one goes", async (_, error) => {
  const queue = createQueue();
  const { sender, log } = start(queue, async ({ key }) => {
    if (key === "a") throw error;
    return 1;
  });
  await queue.outbox.put([message("a"), message("b")]);
  await sender.flush(5_000);
  await sender.flush(5_000);
  expect(log.lines).toMatchObject([{ level: "error", fields: { key: "a", err: error } }]);
  expect(await queue.outbox.find("a")).toMatchObject({ state: "dead" });
  expect(await queue.outbox.find("b")).toMatchObject({ state: "done" });
});

test("a forge that is not configured any more breaks nothing", async () => {
  const queue = createQueue();
  const { sender, log } = start(queue, () => {
    throw new KugetsuError("not_found", "There is no such forge.");
  });
  await queue.outbox.put([message("a")]);
  expect(await sender.flush(5_000)).toBe(true);
  expect(log.lines).toMatchObject([{ level: "error" }]);
  expect(await queue.outbox.find("a")).toMatchObject({ state: "dead" });
});

test("a status comment that somebody deleted is posted anew", async () => {
  const queue = createQueue();
  const status = { ...message("s"), kind: "status" as const };
  const seen: (number | undefined)[] = [];
  const { sender } = start(queue, async ({ remoteId }) => {
    seen.push(remoteId);
    if (remoteId !== undefined) throw new KugetsuError("not_found", "The comment is gone.");
    return 70 + seen.length;
  });
  await queue.outbox.put([status]);
  await sender.flush(5_000);
  await queue.outbox.put([{ ...status, body: "b" }]);
  await sender.flush(5_000);
  expect(seen).toEqual([undefined, 71, undefined]);
  expect(await queue.outbox.find("s")).toMatchObject({ state: "done", remoteId: 73, body: "b" });
});

test("issues are served side by side, four at most, and each in order", async () => {
  const queue = createQueue();
  const open = new Map<string, PromiseWithResolvers<number>>();
  const { sender } = start(queue, async (one: Message) => {
    const answer = Promise.withResolvers<number>();
    open.set(one.key, answer);
    return answer.promise;
  });
  const answer = (key: string): void => {
    open.get(key)?.resolve(1);
    open.delete(key);
  };
  await queue.outbox.put([
    message("1a", 1),
    message("1b", 1),
    ...[2, 3, 4, 5].map((n) => message(`${n}a`, n)),
  ]);
  sender.wake();
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual(["1a", "2a", "3a", "4a"]);
  });
  answer("1a");
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual(["2a", "3a", "4a", "1b"]);
  });
  answer("3a");
  await vi.waitFor(() => {
    expect([...open.keys()]).toEqual(["2a", "4a", "1b", "5a"]);
  });
  for (const key of open.keys()) answer(key);
  expect(await sender.flush(5_000)).toBe(true);
});

test("a flush gives up after its time when the forge does not answer", async () => {
  const queue = createQueue();
  const answer = Promise.withResolvers<number>();
  const { sender } = start(queue, async () => answer.promise);
  await queue.outbox.put([message("a")]);
  expect(await sender.flush(20)).toBe(false);
  answer.resolve(1);
  expect(await sender.flush(5_000)).toBe(true);
});

test("the sender finds by itself what another process put in", async () => {
  const queue = createQueue();
  const { outbox, owner } = queue;
  const sender = disposing(
    createOutboxSender({ store: outbox, owner, deliver: async () => 1, log: keptLog(), pollMs: 5 }),
  );
  sender.start();
  await outbox.put([message("a")]);
  await vi.waitFor(async () => {
    expect(await outbox.find("a")).toMatchObject({ state: "done" });
  });
});
