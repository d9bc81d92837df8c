import { expect, test, vi } from "vitest";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import type { Message, NewMessage } from "../../src/jobs/message.ts";
import { createOutboxSender, type Deliver, type SenderOptions } from "../../src/jobs/sender.ts";
import { createForgeGates } from "../../src/jobs/forge-slots.ts";
import { createQueue, disposing, keptLog, type Queue } from "./queue.ts";

function message(key: string, number = 1, forge = "gitea"): NewMessage {
  return {
    key,
    forge,
    kind: "comment",
    target: { owner: "ann", name: "app", number },
    body: "a",
  };
}

/** A sender whose poll never comes: only what wakes it makes it send. */
function start(
  { outbox: store, owner, clock }: Queue,
  deliver: Deliver,
  more: Partial<SenderOptions> = {},
) {
  const log = keptLog();
  const options = {
    store,
    owner,
    deliver,
    log,
    now: () => clock.now,
    random: () => 1,
    pollMs: 1_000_000,
    ...more,
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

/** A sender whose messages stay on their way until they are answered. */
function held(queue: Queue, more: Partial<SenderOptions> = {}) {
  const open = new Map<string, PromiseWithResolvers<number>>();
  const { sender } = start(
    queue,
    async ({ key }) => {
      const answer = Promise.withResolvers<number>();
      open.set(key, answer);
      return answer.promise;
    },
    more,
  );
  const onTheWay = async (keys: readonly string[]) =>
    vi.waitFor(() => {
      expect([...open.keys()]).toEqual(keys);
    });
  const answer = (key: string): void => {
    open.get(key)?.resolve(1);
    open.delete(key);
  };
  return { sender, onTheWay, answer, keys: () => [...open.keys()] };
}

test("a forge that does not answer fills its own slots, and nobody else's", async () => {
  const queue = createQueue();
  const { sender, onTheWay, answer, keys } = held(queue);
  await queue.outbox.put([
    ...[1, 2, 3, 4, 5].map((n) => message(`dead ${n}`, n)),
    ...[1, 2].map((n) => message(`alive ${n}`, n, "github")),
  ]);
  sender.wake();
  await onTheWay(["dead 1", "dead 2", "dead 3", "dead 4", "alive 1", "alive 2"]);
  answer("alive 1");
  await queue.outbox.put([message("alive 3", 3, "github")]);
  sender.wake();
  await onTheWay(["dead 1", "dead 2", "dead 3", "dead 4", "alive 2", "alive 3"]);
  for (const key of keys()) answer(key);
  await onTheWay(["dead 5"]);
  answer("dead 5");
  expect(await sender.flush(5_000)).toBe(true);
});

const githubOne = (forge: string) => (forge === "github" ? 1 : 4);

test("a forge that takes one thing at a time is sent the next after the answer", async () => {
  const queue = createQueue();
  const { sender, onTheWay, answer, keys } = held(queue, { slots: githubOne });
  await queue.outbox.put([
    ...[1, 2].map((n) => message(`hub ${n}`, n, "github")),
    ...[1, 2].map((n) => message(`tea ${n}`, n)),
  ]);
  sender.wake();
  await onTheWay(["hub 1", "tea 1", "tea 2"]);
  answer("hub 1");
  await onTheWay(["tea 1", "tea 2", "hub 2"]);
  for (const key of keys()) answer(key);
  expect(await sender.flush(5_000)).toBe(true);
});

test("a forge that asks to be left alone is sent nothing until then, for no issue; another one is", async () => {
  const queue = createQueue();
  const { clock, outbox } = queue;
  const gates = createForgeGates(() => clock.now);
  const tries: string[] = [];
  const errors = [new KugetsuError("unavailable", "Slower.", { retryAfterMs: 60_000 })];
  const deliver: Deliver = async ({ key }) => {
    tries.push(`${key} at ${clock.now - 1_000_000}`);
    const error = errors.shift();
    if (error !== undefined) throw error;
    return 1;
  };
  const { sender } = start(queue, deliver, { gates });
  await outbox.put([message("a", 1)]);
  await sender.flush(5_000);
  expect(gates.closed()).toEqual(["gitea"]);
  await outbox.put([message("b", 2), message("c", 1, "github")]);
  for (const step of [0, 59_999, 1]) {
    clock.now += step;
    await sender.flush(5_000);
  }
  expect(tries).toEqual(["a at 0", "c at 0", "a at 60000", "b at 60000"]);
});

test("where one account's limit is met, the forge's others hear at once", async () => {
  const queue = createQueue();
  const { clock, outbox } = queue;
  const gates = createForgeGates(() => clock.now);
  const tries: string[] = [];
  const deliver: Deliver = async ({ key, target }) => {
    tries.push(`${key} at ${clock.now - 1_000_000}`);
    if (target.owner === "ann" && clock.now < 1_060_000)
      throw new KugetsuError("unavailable", "Slower.", {
        retryAfterMs: 60_000,
        ofOneAccount: true,
      });
    return 1;
  };
  const { sender } = start(queue, deliver, { gates });
  const target = { owner: "bob", name: "app", number: 1 };
  await outbox.put([message("a"), { ...message("b"), target }]);
  for (const step of [0, 59_999, 1]) {
    clock.now += step;
    await sender.flush(5_000);
  }
  expect(tries).toEqual(["a at 0", "b at 0", "a at 60000"]);
});

test("what a gate holds back costs it no try", async () => {
  const queue = createQueue();
  const { clock, outbox } = queue;
  const gates = createForgeGates(() => clock.now);
  gates.close("gitea", clock.now + 1_000);
  gates.close("gitea", clock.now + 500);
  const { sender } = start(queue, async () => 1, { gates });
  await outbox.put([message("a")]);
  await sender.flush(5_000);
  clock.now += 999;
  await sender.flush(5_000);
  expect(await outbox.find("a")).toMatchObject({ state: "due", attempts: 0 });
  clock.now += 1;
  await sender.flush(5_000);
  expect(await outbox.find("a")).toMatchObject({ state: "done" });
});

test("a reaction that cannot be given holds up nothing for days, and why stays for the operator", async () => {
  const queue = createQueue();
  const { clock, outbox } = queue;
  const error = new KugetsuError("unavailable", "The forge could not be reached.", {
    hint: "Check that it runs.",
  });
  const { sender, log } = start(queue, async () => Promise.reject(error));
  await outbox.put([{ ...message("a"), kind: "reaction" }]);
  const begun = clock.now;
  while ((await outbox.counts()).dead === 0) {
    await sender.flush(5_000);
    clock.now = (await outbox.find("a"))?.dueAt ?? 0;
  }
  expect(clock.now - begun).toBeLessThan(3 * 60 * 60 * 1000);
  expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  expect(await outbox.find("a")).toMatchObject({
    state: "dead",
    trouble: "The forge could not be reached. Check that it runs.",
  });
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
