import { expect, test } from "vitest";
import { createSessionStore } from "../../../src/kugetsu/db/sessions.ts";
import { temporaryDatabase, temporaryFile } from "./open.ts";

const REF = "github.com/shoko/kugetsu#14";

test("a session comes back as it was put, also for another connection", async () => {
  const file = temporaryFile();
  const store = createSessionStore(temporaryDatabase(file), () => 1_000);
  await store.put({
    ref: REF,
    kind: "forked",
    worktreePath: "/w/1",
    branch: "fix/issue-14",
    unresolved: ["a.ts"],
  });
  const other = createSessionStore(temporaryDatabase(file));
  expect(await other.get(REF)).toEqual({
    ref: REF,
    slug: "github.com-shoko-kugetsu-14",
    kind: "forked",
    state: "idle",
    opencodeSessionId: undefined,
    worktreePath: "/w/1",
    branch: "fix/issue-14",
    base: undefined,
    startSha: undefined,
    tip: undefined,
    pushedSha: undefined,
    worktreeAt: undefined,
    requester: undefined,
    repositoryId: undefined,
    mergeOf: undefined,
    seenCommentId: undefined,
    unresolved: ["a.ts"],
    createdAt: 1_000,
    lastActivityAt: 1_000,
  });
});

test("a patch changes what it names, empties what it names as undefined, and leaves the rest", async () => {
  let now = 1;
  const store = createSessionStore(temporaryDatabase(), () => now);
  await store.put({ ref: REF, kind: "forked", tip: "aaa", startSha: "000", branch: "b" });
  now = 2;
  const patched = await store.patch(REF, { tip: "bbb", startSha: undefined, state: "running" });
  expect(patched).toMatchObject({
    tip: "bbb",
    branch: "b",
    state: "running",
    createdAt: 1,
    lastActivityAt: 2,
  });
  expect(patched.startSha).toBeUndefined();
});

test("a second put replaces everything but the birth and the slug", async () => {
  let now = 1;
  const store = createSessionStore(temporaryDatabase(), () => now);
  await store.put({ ref: REF, kind: "forked", tip: "aaa" });
  now = 2;
  const replaced = await store.put({ ref: REF, kind: "forked" });
  expect(replaced).toMatchObject({
    createdAt: 1,
    lastActivityAt: 2,
    slug: "github.com-shoko-kugetsu-14",
  });
  expect(replaced.tip).toBeUndefined();
});

test("a patch of a session that is not there says not_found", async () => {
  const store = createSessionStore(temporaryDatabase());
  await expect(store.patch(REF, { tip: "a" })).rejects.toMatchObject({ code: "not_found" });
});

test("sessions are listed oldest first, and a removed one is gone", async () => {
  let now = 1;
  const store = createSessionStore(temporaryDatabase(), () => now++);
  await store.put({ ref: "base", kind: "base" });
  await store.put({ ref: REF, kind: "forked" });
  await store.put({ ref: "pm-agent", kind: "pm_agent" });
  expect(await store.remove(REF)).toBe(true);
  expect(await store.remove(REF)).toBe(false);
  expect((await store.list()).map(({ ref }) => ref)).toEqual(["base", "pm-agent"]);
});

test("two refs of the same sanitized name get two slugs, the second one with a short hash", async () => {
  const store = createSessionStore(temporaryDatabase());
  expect(await store.claimSlug("a.com/b/c-d#1")).toBe("a.com-b-c-d-1");
  expect(await store.claimSlug("a.com/b-c/d#1")).toMatch(/^a\.com-b-c-d-1-[0-9a-f]{8}$/);
  expect(await store.claimSlug("a.com/b/c-d#1")).toBe("a.com-b-c-d-1");
});

test("slugs that differ in case alone count as the same, since a file system may not tell them apart", async () => {
  const store = createSessionStore(temporaryDatabase());
  await store.claimSlug("a.com/Shoko/x#1");
  expect(await store.claimSlug("a.com/shoko/x#1")).toMatch(/^a\.com-shoko-x-1-[0-9a-f]{8}$/);
});

test("a ref keeps its slug after its session is gone, so that nobody else gets its kept work", async () => {
  const store = createSessionStore(temporaryDatabase());
  await store.put({ ref: "a.com/b/c-d#1", kind: "forked" });
  await store.remove("a.com/b/c-d#1");
  expect(await store.claimSlug("a.com/b-c/d#1")).not.toBe("a.com-b-c-d-1");
  expect(await store.claimSlug("a.com/b/c-d#1")).toBe("a.com-b-c-d-1");
});

test.each([
  [
    "longer than a directory name may be",
    `a.com/${"b".repeat(100)}/${"c".repeat(100)}#-${"d".repeat(64)}`,
  ],
  ["with what git refuses in a ref's name", "a.com/b/c#-x..y.lock"],
  ["with a path in it", "../../etc/passwd"],
])("a ref %s has a slug that is one safe name", async (_, ref) => {
  const slug = await createSessionStore(temporaryDatabase()).claimSlug(ref);
  expect(slug).toMatch(/^[A-Za-z0-9._-]{1,200}$/);
  expect(slug).not.toMatch(/\.\.|\.lock$|\.$/);
});

test("a conversation of a backup is one no longer when another takes its place", async () => {
  const store = createSessionStore(temporaryDatabase());
  const imported = { opencodeSessionId: "ses_then", importedConversation: "backup/then" };
  await store.put({ ref: REF, kind: "forked", ...imported });
  expect(await store.patch(REF, { state: "running" })).toMatchObject(imported);
  expect(await store.patch(REF, { opencodeSessionId: "ses_now" })).toMatchObject({
    opencodeSessionId: "ses_now",
    importedConversation: undefined,
  });
});
