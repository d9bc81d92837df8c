import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BRANCH, commitAll, REF, sh, write } from "../git/fixture.ts";
import { openDesk } from "./core.ts";

describe("without a session", () => {
  test("a new worktree stands on the branch, at the base branch", async () => {
    await using desk = await openDesk();
    const base = desk.remote("main");
    expect(await desk.prepare()).toMatchObject({
      since: base,
      mergeOf: undefined,
      conflicts: [],
      mergedFromForge: false,
      kept: [],
    });
    expect(sh(desk.path, "rev-parse", "--abbrev-ref", "HEAD")).toBe(BRANCH);
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(base);
    expect(await desk.session()).toMatchObject({
      ref: REF,
      kind: "forked",
      state: "idle",
      worktreePath: desk.path,
      branch: BRANCH,
      base: "main",
      startSha: base,
      tip: base,
      pushedSha: undefined,
    });
  });

  test("it stands at the forge's branch where there is one", async () => {
    await using desk = await openDesk();
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await desk.prepare()).toMatchObject({ since: theirs, mergedFromForge: false });
    expect(readFileSync(join(desk.path, "theirs.txt"), "utf8")).toBe("theirs\n");
    expect(await desk.session()).toMatchObject({ startSha: theirs, tip: theirs });
  });

  test("whatever stood in its place is removed", async () => {
    await using desk = await openDesk();
    write(desk.path, { "left.txt": "by a life that was killed\n" });
    await desk.prepare();
    expect(existsSync(join(desk.path, "left.txt"))).toBe(false);
    expect(existsSync(join(desk.path, "calc.js"))).toBe(true);
  });

  test("a base branch that is not there is a failure, and no session is made", async () => {
    await using desk = await openDesk();
    await expect(desk.prepare({ base: "develop" })).rejects.toMatchObject({ code: "failed" });
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
  });
});

describe("with a session", () => {
  test("the worktree is taken with its commits, and what git ignores stays", async () => {
    await using desk = await openDesk({ "calc.js": "0\n", ".gitignore": "node_modules\n" });
    await desk.prepare();
    const tip = await desk.work({ "calc.js": "1\n", "node_modules/a.js": "a\n" });
    expect(await desk.prepare()).toMatchObject({ since: tip, mergedFromForge: false, kept: [] });
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(tip);
    expect(existsSync(join(desk.path, "node_modules", "a.js"))).toBe(true);
  });

  test("people's commits are merged in", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    await desk.publish();
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    await desk.core.sessions.patch(REF, { tip });
    const ours = await desk.work({ "more.txt": "more\n" });
    const prepared = await desk.prepare();
    expect(prepared).toMatchObject({ mergedFromForge: true, conflicts: [], mergeOf: undefined });
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(prepared.since);
    expect(sh(desk.path, "log", "-1", "--format=%P")).toBe(`${ours} ${theirs}`);
    expect(sh(desk.path, "status", "--porcelain")).toBe("");
    expect(existsSync(join(desk.path, "theirs.txt"))).toBe(true);
    expect(await desk.session()).toMatchObject({ tip: prepared.since });
  });

  test("people's commits on top of ours are taken as they are", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    await desk.publish();
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await desk.prepare()).toMatchObject({ since: theirs, mergedFromForge: true });
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(theirs);
  });

  test("a conflict with people's commits is begun in the worktree, and its solution is a merge", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "calc.js": "ours\n" });
    const theirs = desk.push(BRANCH, { "calc.js": "theirs\n" });
    const prepared = await desk.prepare();
    expect(prepared).toMatchObject({
      since: tip,
      mergeOf: theirs,
      conflicts: ["calc.js"],
      mergedFromForge: true,
    });
    expect(readFileSync(join(desk.path, "calc.js"), "utf8")).toContain("<<<<<<<");
    const merged = await desk.work({ "calc.js": "both\n" }, prepared);
    expect(await desk.publish()).toEqual({
      kind: "pushed",
      branch: BRANCH,
      sha: merged,
      merged: false,
    });
  });

  test("a resumed turn takes the worktree as the agent left it", async () => {
    await using desk = await openDesk();
    const { since } = await desk.prepare();
    await desk.core.sessions.patch(REF, { state: "running" });
    write(desk.path, { "calc.js": "half done\n" });
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await desk.prepare({ resumed: true })).toMatchObject({ since, mergedFromForge: false });
    expect(readFileSync(join(desk.path, "calc.js"), "utf8")).toBe("half done\n");
    expect(sh(desk.path, "rev-parse", "HEAD")).not.toBe(theirs);
  });

  test("what a lost turn left, committed or not, is taken over before the next one", async () => {
    await using desk = await openDesk();
    const { since } = await desk.prepare();
    await desk.core.sessions.patch(REF, { state: "running" });
    write(desk.path, { "committed.txt": "1\n" });
    const lost = commitAll(desk.path, "Begun");
    write(desk.path, { "left.txt": "2\n" });
    const prepared = await desk.prepare();
    expect(prepared).toMatchObject({ mergedFromForge: false, kept: [] });
    expect(sh(desk.path, "log", "--format=%H", "-3")).toBe(`${prepared.since}\n${lost}\n${since}`);
    expect(sh(desk.path, "log", "-1", "--format=%an %s%n%(trailers:key=Requested-by,valueonly)")).toBe(
      "Kugetsu Mend it\nwalter",
    );
    expect(sh(desk.path, "status", "--porcelain")).toBe("");
    expect(await desk.session()).toMatchObject({ tip: prepared.since });
  });

  test("what a lost turn left is merged with what people pushed", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.core.sessions.patch(REF, { state: "running" });
    write(desk.path, { "ours.txt": "ours\n" });
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await desk.prepare()).toMatchObject({ mergedFromForge: true, conflicts: [] });
    expect(existsSync(join(desk.path, "ours.txt"))).toBe(true);
    expect(existsSync(join(desk.path, "theirs.txt"))).toBe(true);
  });
});

describe("on another branch than before", () => {
  const second = { branch: `${BRANCH}-2` };

  test("a new worktree begins at the base of now, and unpushed work is kept", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    write(desk.path, { "left.txt": "not committed\n" });
    const base = desk.push("main", { "new.txt": "new\n" });
    const { since, kept } = await desk.prepare(second);
    expect(since).toBe(base);
    expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
    const [work] = await desk.kept();
    const mirror = await desk.fetch();
    expect(await mirror.contains(tip, work?.sha ?? "")).toBe(true);
    expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBe("not committed\n");
    expect(existsSync(join(desk.path, "ours.txt"))).toBe(false);
    expect(await desk.session()).toMatchObject({ ...second, tip: base, pushedSha: undefined });
  });

  test("work that is on the forge is not kept a second time", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    await desk.publish();
    expect(await desk.prepare(second)).toMatchObject({ kept: [] });
    expect(await desk.kept()).toEqual([]);
  });

  test("the conversation goes on", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.core.sessions.patch(REF, { opencodeSessionId: "ses_1", seenCommentId: 7 });
    await desk.prepare(second);
    expect(await desk.session()).toMatchObject({ opencodeSessionId: "ses_1", seenCommentId: 7 });
  });
});
