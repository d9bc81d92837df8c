import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseRef } from "../../../src/kugetsu/ref.ts";
import { destroySession } from "../../../src/kugetsu/session/destroy.ts";
import { issuePlace, ownPlace } from "../../../src/kugetsu/session/place.ts";
import { retireOther } from "../../../src/kugetsu/session/same-repository.ts";
import { BRANCH, REF, sh, write } from "../git/fixture.ts";
import { type Desk, openDesk } from "./core.ts";

/** What of a session is left in the home, but its kept work. */
function remains({ core }: Desk): string[] {
  const { agents, private: repositories, worktrees } = core.home;
  return [agents, repositories, worktrees].flatMap((path) =>
    existsSync(path) ? readdirSync(path) : [],
  );
}

describe.concurrent("a session goes", () => {
  test("with all that belongs to it when it has no work, and the mirror stays", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    expect(remains(desk)).toHaveLength(4);
    expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
    expect(remains(desk)).toEqual([]);
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
    expect(readdirSync(desk.core.home.mirrors)).toHaveLength(1);
    await expect(destroySession(desk.core, REF)).rejects.toMatchObject({ code: "not_found" });
  });

  test("and its unpushed work is kept for good, commits and what was left uncommitted", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    write(desk.path, { "left.txt": "not committed\n" });
    const { kept } = await destroySession(desk.core, REF);
    expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
    expect(remains(desk)).toEqual([]);
    await desk.prepare();
    expect(existsSync(join(desk.path, "ours.txt"))).toBe(false);
    expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
    const [work] = await desk.kept();
    const mirror = await desk.fetch();
    expect(await mirror.contains(tip, work?.sha ?? "")).toBe(true);
    expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBe("not committed\n");
  });

  test("and nothing is kept of what was pushed; a new one starts from that", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    await desk.publish();
    expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
    expect(await desk.prepare()).toMatchObject({ session: { tip: sha, branch: BRANCH } });
  });
});

describe.concurrent("a session goes, and its commits are kept, also when its agent has removed", () => {
  test.each<[string, (desk: Desk) => void]>([
    ["its worktree", ({ path }) => rmSync(path, { recursive: true })],
    ["the worktree's link to its repository", ({ path }) => rmSync(join(path, ".git"))],
    ["its private repository", ({ core }) => rmSync(core.home.private, { recursive: true })],
  ])("%s", async (_, harm) => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    harm(desk);
    const { kept } = await destroySession(desk.core, REF);
    expect(kept.length).toBeGreaterThan(0);
    expect(remains(desk)).toEqual([]);
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
    const mirror = await desk.fetch();
    const works = await desk.kept();
    const found = works.map(async (work) => mirror.contains(sha, work.sha));
    expect(await Promise.all(found)).toContain(true);
  });
});

describe.concurrent("a session whose removal was cut off goes with the next call", () => {
  test("and what was kept by the first is not kept again, whatever is left of its worktree", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    write(desk.path, { "left.txt": "not committed\n" });
    const { core } = desk;
    const { slug } = await desk.session();
    // As if it had been killed while the worktree was removed.
    const dying = {
      ...core,
      git: { ...core.git, removeWorktree: async () => Promise.reject(new Error("killed")) },
    };
    await expect(destroySession(dying, REF)).rejects.toThrow("killed");
    expect(await desk.session()).toMatchObject({ state: "removing", slug });
    rmSync(join(desk.path, "calc.js"));
    const { kept } = await destroySession(core, REF);
    expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
    expect(await desk.kept()).toHaveLength(1);
    expect(remains(desk)).toEqual([]);
  });

  test("and two who keep the same, one after the other, keep it once", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    write(desk.path, { "left.txt": "not committed\n" });
    const { core } = desk;
    // As if it had been killed before it could write down that all is kept.
    const sessions = {
      ...core.sessions,
      patch: async (ref: string, change: object) => {
        if ("state" in change && change.state === "removing") throw new Error("killed");
        return core.sessions.patch(ref, change);
      },
    };
    await expect(destroySession({ ...core, sessions }, REF)).rejects.toThrow("killed");
    expect(await desk.session()).toMatchObject({ state: "destroying" });
    expect(await desk.kept()).toHaveLength(1);
    const { kept } = await destroySession(core, REF);
    expect(kept).toHaveLength(1);
    expect(await desk.kept()).toHaveLength(1);
  });

  test("and so it does when the issue is started anew", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.core.sessions.patch(REF, { state: "removing" });
    await retireOther(desk.core, REF, undefined);
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
    expect(remains(desk)).toEqual([]);
  });
});

test("a worktree without a mirror is moved aside whole: it may hold anything", async () => {
  await using desk = await openDesk();
  await desk.core.sessions.put({ ref: REF, kind: "forked", worktreePath: desk.path });
  write(desk.path, { "left.txt": "who knows\n" });
  const { kept } = await destroySession(desk.core, REF);
  expect(kept).toEqual([expect.stringMatching(/^aside\//)]);
  const moved = join(desk.core.home.root, kept[0] ?? "", "worktree", "left.txt");
  expect(readFileSync(moved, "utf8")).toBe("who knows\n");
  expect(remains(desk)).toEqual([]);
});

test("a worktree with another repository in it is moved aside as well, since no commit can hold that", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  await desk.work({ "ours.txt": "ours\n" });
  sh(desk.path, "init", "-q", "inner");
  write(join(desk.path, "inner"), { "deep.txt": "deep\n" });
  const { kept } = await destroySession(desk.core, REF);
  expect(kept).toEqual([expect.stringMatching(/^refs\//), expect.stringMatching(/^aside\//)]);
  const moved = join(desk.core.home.root, kept[1] ?? "", "worktree", "inner", "deep.txt");
  expect(readFileSync(moved, "utf8")).toBe("deep\n");
});

test("a PM session has no worktree, and what it had goes", async () => {
  await using desk = await openDesk();
  const ref = "pm:git.example.com:3000/ann/calc";
  const { slug } = await desk.core.sessions.put({ ref, kind: "pm" });
  mkdirSync(join(desk.core.home.agents, slug, "work"), { recursive: true });
  expect(await destroySession(desk.core, ref)).toEqual({ kept: [] });
  expect(remains(desk)).toEqual([]);
  expect(await desk.core.sessions.get(ref)).toBeUndefined();
});

test("what lies in the operator's temp directory under the base session's plain name stays", async () => {
  const tempRoot = mkdtempSync(join(tmpdir(), "kugetsu-temp-"));
  await using desk = await openDesk(undefined, { tempRoot });
  const slug = await desk.core.sessions.claimSlug(REF);
  await desk.core.sessions.put({ ref: "base", kind: "base" });
  await desk.core.sessions.put({ ref: REF, kind: "forked" });
  write(tempRoot, { "base/photo.png": "" });
  const own = await ownPlace(desk.core, { slug: "base", kind: "dev" });
  const { tempDir } = await issuePlace(desk.core, slug, { ref: parseRef(REF) });
  for (const directory of [own.tempDir, tempDir]) write(directory, { x: "" });
  expect(readdirSync(tempRoot)).toHaveLength(3);
  await destroySession(desk.core, "base");
  await destroySession(desk.core, REF);
  expect(readdirSync(tempRoot)).toEqual(["base"]);
  expect(readdirSync(join(tempRoot, "base"))).toEqual(["photo.png"]);
  rmSync(tempRoot, { recursive: true });
});
