import { hostname } from "node:os";
import { beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/kugetsu/db/database.ts";
import { createLeaseStore } from "../../../src/kugetsu/db/leases.ts";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { readOnly } from "../../../src/kugetsu/db/read-only.ts";
import { createSessionStore, type SessionStore } from "../../../src/kugetsu/db/sessions.ts";
import { listSessions } from "../../../src/kugetsu/session/list.ts";
import { temporaryDatabase } from "../db/open.ts";

const REF = "git.example.com/ann/calc#14";
const DEAD = { host: hostname(), pid: 41_943_040, processStartedAt: "0/1", marker: "dead" };

let db: Database;
let sessions: SessionStore;
beforeEach(() => {
  db = temporaryDatabase();
  sessions = createSessionStore(db);
});

const list = () => readOnly(db.file, (client) => listSessions(client));
const states = () => list().map(({ state }) => state);

test("the base session and the PM agent come first, then the others, oldest first", async () => {
  let clock = 100;
  const store = createSessionStore(db, () => ++clock);
  await store.put({ ref: REF, kind: "forked", worktreePath: "/w", branch: "fix/issue-14" });
  await store.put({ ref: "pm:git.example.com/ann/calc", kind: "pm", worktreePath: "/agents/x" });
  await store.put({ ref: "pm-agent", kind: "pm_agent" });
  await store.put({ ref: "base", kind: "base", opencodeSessionId: "ses_1", worktreePath: "/y" });
  expect(list()).toMatchObject([
    { ref: "base", opencodeSessionId: "ses_1", worktreePath: undefined },
    { ref: "pm-agent", opencodeSessionId: undefined },
    { ref: REF, worktreePath: "/w", branch: "fix/issue-14", createdAt: 101, state: "idle" },
    { ref: "pm:git.example.com/ann/calc", worktreePath: undefined },
  ]);
});

test("a session runs while a living process holds its lease, whatever its row says", async () => {
  await sessions.put({ ref: REF, kind: "forked", state: "finished" });
  const leases = createLeaseStore(db);
  await leases.acquire({ resource: REF, kind: "dev", owner: currentOwner("me") });
  expect(states()).toEqual(["running"]);
});

test("one in which a person or a reader is does not run", async () => {
  await sessions.put({ ref: "base", kind: "base" });
  await sessions.put({ ref: REF, kind: "forked", state: "finished" });
  const leases = createLeaseStore(db);
  await leases.acquire({ resource: "base", kind: "export", owner: currentOwner("me") });
  await leases.acquire({ resource: REF, kind: "admin", owner: currentOwner("me") });
  expect(states()).toEqual(["idle", "finished"]);
});

test("one that runs by its row was interrupted when its process is dead, or nobody holds it", async () => {
  await sessions.put({ ref: REF, kind: "forked", state: "running" });
  expect(states()).toEqual(["interrupted"]);
  await createLeaseStore(db).acquire({ resource: REF, kind: "dev", owner: DEAD });
  expect(states()).toEqual(["interrupted"]);
});

test("one that is being removed is said to be destroyed, in both halves of that", async () => {
  await sessions.put({ ref: REF, kind: "forked", state: "destroying" });
  await createLeaseStore(db).acquire({ resource: REF, kind: "admin", owner: currentOwner("me") });
  expect(states()).toEqual(["destroying"]);
  await sessions.patch(REF, { state: "removing" });
  expect(states()).toEqual(["destroying"]);
});

test("a file that is no database is a clear error", () => {
  expect(() => readOnly(`${db.file}-none`, () => undefined)).toThrow(
    "The database cannot be read.",
  );
});
