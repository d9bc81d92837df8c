import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { database } from "../../src/doctor/database.ts";
import {
  baseSession,
  failedJobs,
  leases,
  messages,
  pause,
  refusedOrders,
  server,
} from "../../src/doctor/queue.ts";
import { socket } from "../../src/doctor/socket.ts";
import { socketPath } from "../../src/kugetsu/home.ts";
import { openDatabase } from "../../src/kugetsu/db/database.ts";
import { createSessionStore } from "../../src/kugetsu/db/sessions.ts";
import { createOutboxStore } from "../../src/jobs/outbox.ts";
import { accepted, createQueue, existing, newJob, queued } from "../jobs/queue.ts";
import { look, newHome } from "./installation.ts";

let KUGETSU_HOME: string;
let file: string;
beforeEach(() => {
  KUGETSU_HOME = newHome();
  file = join(KUGETSU_HOME, "kugetsu.db");
});
const STORED = [server, pause, leases, failedJobs, refusedOrders, messages];

test("without a database there is nothing to say but that the base session is missing", async () => {
  for (const check of [database, ...STORED])
    expect(await look(check, { KUGETSU_HOME })).toEqual([]);
  expect(await look(baseSession, { KUGETSU_HOME })).toMatchObject([{ status: "warning" }]);
  expect(readdirSync(KUGETSU_HOME)).toEqual(["env"]);
});

test("a new database is well, and looking leaves it as it was", async () => {
  openDatabase(file)[Symbol.dispose]();
  const hash = () => createHash("sha256").update(readFileSync(file)).digest("hex");
  const before = hash();
  expect(await look(database, { KUGETSU_HOME })).toMatchObject([{ status: "ok" }]);
  for (const check of [server, failedJobs, messages])
    expect(await look(check, { KUGETSU_HOME })).toMatchObject([{ status: "ok" }]);
  for (const check of [pause, leases]) expect(await look(check, { KUGETSU_HOME })).toEqual([]);
  expect(hash()).toBe(before);
});

test("one that a newer version wrote is a problem, and not looked into", async () => {
  openDatabase(file)[Symbol.dispose]();
  const client = new Sqlite(file);
  client.exec("INSERT INTO migrations VALUES ('from-the-future', 1)");
  client.close();
  expect(await look(database, { KUGETSU_HOME })).toMatchObject([
    { status: "problem", detail: expect.stringContaining("newer version") },
  ]);
  for (const check of [...STORED, baseSession])
    expect(await look(check, { KUGETSU_HOME })).toEqual([]);
});

test("one that an older version wrote is well, and stays older", async () => {
  new Sqlite(file)
    .exec("CREATE TABLE migrations (hash TEXT PRIMARY KEY, created_at INTEGER)")
    .close();
  expect(await look(database, { KUGETSU_HOME })).toMatchObject([
    { status: "ok", detail: expect.stringContaining("older") },
  ]);
  expect(await look(server, { KUGETSU_HOME })).toEqual([]);
});

test("one that is damaged is a problem", async () => {
  openDatabase(file)[Symbol.dispose]();
  const bytes = readFileSync(file);
  // All but the first page, which says what it is.
  writeFileSync(file, bytes.fill(0xa5, 8192, bytes.length - 4096));
  const found = await look(database, { KUGETSU_HOME }).catch((error: unknown) => [
    { status: "problem", detail: String(error) },
  ]);
  expect(found).toMatchObject([{ status: "problem" }]);
});

test("what is no database is refused with words", async () => {
  writeFileSync(file, "something else entirely, and long enough to be read as a header of a file");
  await expect(look(database, { KUGETSU_HOME })).rejects.toMatchObject({ code: "unavailable" });
  expect(await look(server, { KUGETSU_HOME })).toEqual([]);
});

test("a server that runs, a pause, a failed job and a message that is given up are told", async () => {
  const queue = createQueue(file);
  queue.clock.now = Date.now();
  const { store, owner } = queue;
  await createSessionStore(queue.db).put({ ref: "base", kind: "base", opencodeSessionId: "ses_1" });
  await queue.leases.acquire({ resource: "server", kind: "server", owner });
  const id = await queued(store, newJob(7));
  const job = await store.claim({ owner, caps: { dev: 3, pm: 1 } });
  await store.finish(id, "me", { state: "failed", words: "**Failed.**\nThe model said no." }, []);
  expect([job?.id, (await existing(store, id)).state]).toEqual([id, "failed"]);
  await store.pause({ endsTurns: false });
  const outbox = createOutboxStore({ db: queue.db, intervalMs: 0 });
  const message = await outbox.claim(owner);
  if (message === undefined) throw new Error("nothing to say");
  await outbox.giveUp(message, owner, {
    gone: false,
    why: "Could not post a comment: the forge answered 403.",
  });

  const env = { KUGETSU_HOME };
  expect(await look(baseSession, env)).toMatchObject([
    { status: "ok", detail: expect.stringContaining("ses_1") },
  ]);
  expect(await look(server, env)).toMatchObject([
    { status: "ok", detail: expect.stringContaining(`process ${process.pid}`) },
  ]);
  expect(await look(pause, env)).toMatchObject([
    { status: "warning", advice: expect.stringContaining("kugetsu resume") },
  ]);
  expect(await look(failedJobs, env)).toMatchObject([
    { status: "warning", detail: expect.stringMatching(/^1 failed .*#7, failed: \*\*Failed/) },
  ]);
  expect(await look(messages, env)).toMatchObject([
    {
      status: "warning",
      detail: expect.stringMatching(
        /^1 given up\. A status comment for \S+#\d+: Could not post a comment: the forge answered 403\.$/,
      ),
    },
  ]);
});

test("an order that was refused for what the forge did not tell is told, with what would help", async () => {
  const queue = createQueue(file);
  queue.clock.now = Date.now();
  const { store } = queue;
  expect(await look(refusedOrders, { KUGETSU_HOME })).toEqual([]);
  for (const [comment, words] of [
    [1, "unknown"],
    [2, "no_right"],
  ] as const) {
    const id = await accepted(store, newJob(7, { commentId: comment }));
    await store.settle(id, { kind: "refused", words, say: [], help: "Make the bot an owner." });
  }
  expect(await look(refusedOrders, { KUGETSU_HOME })).toMatchObject([
    {
      status: "warning",
      detail: expect.stringMatching(/^1 refused .* of \w+ in \S+#7\.$/),
      advice: "Make the bot an owner.",
    },
  ]);
});

test("a server that the command line does not reach is a problem", async () => {
  const queue = createQueue(file);
  expect(await look(socket, { KUGETSU_HOME })).toEqual([]);
  await queue.leases.acquire({ resource: "server", kind: "server", owner: queue.owner });
  expect(await look(socket, { KUGETSU_HOME })).toMatchObject([
    { status: "problem", detail: expect.stringContaining("ENOENT") },
  ]);
  const listening = createServer().listen(socketPath(KUGETSU_HOME));
  await once(listening, "listening");
  onTestFinished(() => {
    listening.close();
  });
  expect(await look(socket, { KUGETSU_HOME })).toMatchObject([{ status: "ok" }]);
});

test("what dead processes hold is told, and no server is seen in it", async () => {
  const queue = createQueue(file);
  const owner = { ...queue.owner, processStartedAt: "another boot/1" };
  await queue.leases.acquire({ resource: "server", kind: "server", owner });
  expect(await look(leases, { KUGETSU_HOME })).toMatchObject([
    { status: "warning", detail: expect.stringContaining("server") },
  ]);
  expect(await look(server, { KUGETSU_HOME })).toMatchObject([
    { detail: "None runs on this home." },
  ]);
  expect(await queue.leases.dead()).toHaveLength(1);
});
