import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDocuments } from "../../../src/kugetsu/documents/documents.ts";
import { parseRef } from "../../../src/kugetsu/ref.ts";
import { destroySession } from "../../../src/kugetsu/session/destroy.ts";
import { fetchMirror, repositoryOf } from "../../../src/kugetsu/session/mirror.ts";
import { issuePlace } from "../../../src/kugetsu/session/place.ts";
import { type RepositoryRename, renameSessions } from "../../../src/kugetsu/session/rename.ts";
import { prepareWorktree } from "../../../src/kugetsu/session/worktree.ts";
import { BRANCH, REF, write } from "../git/fixture.ts";
import { type Desk, openDesk } from "./core.ts";

const INSTANCE = "git.example.com:3000";
const OLD = { owner: "ann", name: "calc" };
const NEW = { owner: "bob", name: "abacus" };
const NEW_REF = `${INSTANCE}/bob/abacus#14`;
const ID = 9;

const rename = ({ database }: Desk, change: Partial<RepositoryRename> = {}) =>
  database.write((tx) =>
    renameSessions(tx, { instance: INSTANCE, repositoryId: ID, from: OLD, to: NEW, ...change }),
  );

const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const fail = (message: string) => {
  throw new Error(message);
};

const refsOf = async ({ core }: Desk) =>
  (await core.sessions.list()).map(({ ref }) => ref).toSorted();

/** What a turn under that ref begins with. */
async function prepare({ core, url }: Desk, printed: string) {
  const { signal } = new AbortController();
  const given = { ref: parseRef(printed), repositoryId: ID };
  const order = repositoryOf(given, await core.sessions.get(printed));
  const mirror = await fetchMirror(core, order, { url, credentials: undefined }, signal);
  const place = await issuePlace(core, await core.sessions.claimSlug(printed), order);
  const asked = { requestedBy: "walter", subject: "Mend it", resumed: false, signal };
  const prepared = await prepareWorktree(
    core,
    { ...order, ...asked, base: "main", branch: BRANCH },
    mirror,
    place,
  );
  return { mirror, place, prepared };
}

describe.concurrent("the sessions of a repository follow its name", () => {
  test("and go on in the same conversation, worktree and mirror", async () => {
    await using desk = await openDesk();
    const { core } = desk;
    const before = await prepare(desk, REF);
    write(before.place.cwd, { "left.txt": "not committed\n" });
    await core.sessions.patch(REF, { opencodeSessionId: "ses_1", state: "attached" });
    const directories = () => [core.home.worktrees, core.home.mirrors].map((at) => readdirSync(at));
    const there = directories();
    expect(rename(desk)).toEqual([{ from: REF, to: NEW_REF }]);
    expect(await refsOf(desk)).toEqual([NEW_REF]);
    const after = await prepare(desk, NEW_REF);
    expect(after.mirror.path).toBe(before.mirror.path);
    expect(after.place.cwd).toBe(before.place.cwd);
    expect(after.prepared.session).toMatchObject({ ref: NEW_REF, opencodeSessionId: "ses_1" });
    expect(readFileSync(join(after.place.cwd, "left.txt"), "utf8")).toBe("not committed\n");
    expect(await after.mirror.read(after.prepared.session.tip, "left.txt", 100)).toBe(
      "not committed\n",
    );
    expect(directories()).toEqual(there);
    // Whoever has the old name now begins in a place of their own.
    expect(await core.sessions.claimSlug(REF)).not.toBe(after.place.key);
  });

  test("and what is kept of one is kept in the mirror of its repository", async () => {
    await using desk = await openDesk();
    const { mirror, place } = await prepare(desk, REF);
    rename(desk);
    write(place.cwd, { "left.txt": "not committed\n" });
    await desk.core.sessions.patch(NEW_REF, { state: "attached" });
    const { kept } = await destroySession(desk.core, NEW_REF);
    expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\/.*bob\/abacus#14\//)]);
    expect(await desk.core.git.kept(mirror)).toHaveLength(1);
    expect(existsSync(place.cwd)).toBe(false);
  });

  test("as the documented files do", async () => {
    await using desk = await openDesk();
    const { core, database } = desk;
    const { home, sessions } = core;
    const documents = createDocuments({ home, database, sessions, warn: fail });
    const { slug } = await sessions.put({ ref: REF, kind: "forked", repositoryId: ID });
    await documents.write();
    rename(desk);
    await documents.write();
    expect(read(home.index)).toMatchObject({ issues: { [NEW_REF]: `${slug}.json` } });
    expect(JSON.stringify(read(home.index))).not.toContain("ann/calc");
    expect(read(join(home.sessions, `${slug}.json`))).toMatchObject({ issue_ref: NEW_REF });
    expect(readdirSync(home.sessions)).toEqual([`${slug}.json`]);
  });

  test("there and back again", async () => {
    await using desk = await openDesk();
    const { place } = await prepare(desk, REF);
    rename(desk);
    rename(desk, { from: NEW, to: OLD });
    expect(await refsOf(desk)).toEqual([REF]);
    expect((await prepare(desk, REF)).place.cwd).toBe(place.cwd);
  });
});

describe.concurrent("with a repository are renamed", () => {
  test("all its sessions, by its id under whatever name, and those without one by the name", async () => {
    await using desk = await openDesk();
    const { sessions } = desk.core;
    const forked = { kind: "forked", repositoryId: ID } as const;
    const refs = ["ann/calc#1", "ann/calc#-discuss", "older/name#2"];
    for (const ref of refs) await sessions.put({ ref: `${INSTANCE}/${ref}`, ...forked });
    await sessions.put({ ref: `${INSTANCE}/ann/calc#3`, kind: "forked" });
    await sessions.put({ ref: `pm:${INSTANCE}/ann/calc`, kind: "pm", repositoryId: ID });
    // None of these is that repository's.
    await sessions.put({ ref: "base", kind: "base" });
    await sessions.put({ ref: `${INSTANCE}/ann/calc#4`, kind: "forked", repositoryId: 7 });
    await sessions.put({ ref: `${INSTANCE}/ann/calculator#1`, kind: "forked" });
    await sessions.put({ ref: "other.example.com/ann/calc#1", ...forked });
    rename(desk);
    expect(await refsOf(desk)).toEqual([
      "base",
      `${INSTANCE}/ann/calc#4`,
      `${INSTANCE}/ann/calculator#1`,
      `${INSTANCE}/bob/abacus#-discuss`,
      `${INSTANCE}/bob/abacus#1`,
      `${INSTANCE}/bob/abacus#2`,
      `${INSTANCE}/bob/abacus#3`,
      "other.example.com/ann/calc#1",
      `pm:${INSTANCE}/bob/abacus`,
    ]);
  });

  test("no session whose new ref another one of that repository has", async () => {
    await using desk = await openDesk();
    const { sessions } = desk.core;
    await sessions.put({ ref: REF, kind: "forked", repositoryId: ID, opencodeSessionId: "old" });
    const there = { ref: NEW_REF, kind: "forked", repositoryId: ID } as const;
    await sessions.put({ ...there, opencodeSessionId: "new" });
    expect(rename(desk)).toEqual([]);
    expect(await sessions.get(NEW_REF)).toMatchObject({ opencodeSessionId: "new" });
    expect(await sessions.get(REF)).toMatchObject({ opencodeSessionId: "old" });
  });

  test("a session whose new ref is that of the repository that had the name before: they change places", async () => {
    await using desk = await openDesk();
    const { sessions } = desk.core;
    const mine = await sessions.put({ ref: REF, kind: "forked", repositoryId: ID });
    const other = await sessions.put({ ref: NEW_REF, kind: "forked", repositoryId: 7 });
    rename(desk);
    expect(await sessions.get(NEW_REF)).toMatchObject({ repositoryId: ID, slug: mine.slug });
    expect(await sessions.get(REF)).toMatchObject({ repositoryId: 7, slug: other.slug });
  });
});

describe.concurrent("nothing is renamed while somebody is at work", () => {
  test.each([
    ["in one of its sessions", REF],
    ["in a first turn, that has no session yet", `${INSTANCE}/ann/calc#99`],
    ["as its PM agent", `pm:${INSTANCE}/ann/calc`],
  ])("%s", async (_, resource) => {
    await using desk = await openDesk();
    await desk.core.sessions.put({ ref: REF, kind: "forked", repositoryId: ID });
    const { leases, owner } = desk.leases;
    await leases.acquire({ resource, kind: "dev", owner });
    expect(() => rename(desk)).toThrow(expect.objectContaining({ code: "conflict" }));
    expect(await refsOf(desk)).toEqual([REF]);
    await leases.release(resource, owner.marker);
    rename(desk);
    expect(await refsOf(desk)).toEqual([NEW_REF]);
  });

  test("but what goes on in another repository does not matter", async () => {
    await using desk = await openDesk();
    await desk.core.sessions.put({ ref: REF, kind: "forked", repositoryId: ID });
    const { leases, owner } = desk.leases;
    await leases.acquire({ resource: `${INSTANCE}/ann/calculator#1`, kind: "dev", owner });
    rename(desk);
    expect(await refsOf(desk)).toEqual([NEW_REF]);
  });
});

test("a name that cannot stand in a ref is none to follow", async () => {
  await using desk = await openDesk();
  await desk.core.sessions.put({ ref: REF, kind: "forked", repositoryId: ID });
  expect(() => rename(desk, { to: { owner: "..", name: "x" } })).toThrow("not a valid name");
  expect(await refsOf(desk)).toEqual([REF]);
});
