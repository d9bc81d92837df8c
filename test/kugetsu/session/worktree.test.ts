import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BRANCH, REF, sh, write } from "../git/fixture.ts";
import { commitWork, openDesk } from "./core.ts";

// Most of the time git is at work: several tests share the machine.
describe.concurrent("without a session", () => {
  test("a new worktree stands on the branch, at the base branch", async () => {
    await using desk = await openDesk();
    const base = desk.remote("main");
    expect(await desk.prepare()).toMatchObject({
      session: { tip: base, branch: BRANCH },
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
      base: "main",
      startSha: base,
      pushedSha: undefined,
    });
  });

  test("it stands at the forge's branch where there is one, whatever was in its place", async () => {
    await using desk = await openDesk();
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    write(desk.path, { "left.txt": "by a life that was killed\n" });
    expect(await desk.prepare()).toMatchObject({ session: { startSha: theirs, tip: theirs } });
    expect(readFileSync(join(desk.path, "theirs.txt"), "utf8")).toBe("theirs\n");
    expect(existsSync(join(desk.path, "left.txt"))).toBe(false);
  });

  test("a base branch that is not there is a failure, and no session is made", async () => {
    await using desk = await openDesk();
    await expect(desk.prepare({ base: "develop" })).rejects.toMatchObject({ code: "failed" });
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
  });

  test("a branch that cannot be beside another one is told before anything is made", async () => {
    await using desk = await openDesk();
    desk.push("fix", { "theirs.txt": "theirs\n" });
    await expect(desk.prepare()).rejects.toMatchObject({
      code: "conflict",
      message: `The repository has a branch called fix, beside which git cannot have ${BRANCH}. Rename that branch first.`,
    });
    expect(existsSync(desk.path)).toBe(false);
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
  });
});

describe.concurrent("with a session", () => {
  test("the worktree is taken with its commits, and what git ignores stays", async () => {
    await using desk = await openDesk({ "calc.js": "0\n", ".gitignore": "node_modules\n" });
    await desk.prepare();
    const tip = await desk.work({ "calc.js": "1\n", "node_modules/a.js": "a\n" });
    expect(await desk.prepare()).toMatchObject({ session: { tip }, mergedFromForge: false });
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(tip);
    expect(existsSync(join(desk.path, "node_modules", "a.js"))).toBe(true);
  });

  test("what was committed for the agent is what it stands on", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "left.txt": "left\n" }, "left");
    expect(await desk.prepare()).toMatchObject({ session: { tip, worktreeAt: tip } });
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(tip);
    expect(sh(desk.path, "status", "--porcelain")).toBe("");
  });

  test("people's commits are merged in, and those on top of ours taken as they are", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const ours = await desk.work({ "ours.txt": "ours\n" });
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    const { session, ...rest } = await desk.prepare();
    expect(rest).toMatchObject({ mergedFromForge: true, conflicts: [] });
    expect(session.mergeOf).toBeUndefined();
    expect(sh(desk.path, "log", "-1", "--format=%H %P")).toBe(`${session.tip} ${ours} ${theirs}`);
    expect(sh(desk.path, "status", "--porcelain")).toBe("");
    expect(existsSync(join(desk.path, "theirs.txt"))).toBe(true);
    await desk.publish();
    const tip = desk.push(BRANCH, { "more.txt": "more\n" });
    expect(await desk.prepare()).toMatchObject({ session: { tip }, mergedFromForge: true });
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(tip);
  });

  test("a worktree that is gone is made anew, with the session's commits", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    rmSync(desk.path, { recursive: true });
    expect(await desk.prepare()).toMatchObject({ session: { tip } });
    expect(readFileSync(join(desk.path, "ours.txt"), "utf8")).toBe("ours\n");
  });

  test("a worktree without its .git is made anew at the tip, and what was left in it is kept", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    write(desk.path, { "left.txt": "not committed\n" });
    rmSync(join(desk.path, ".git"));
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    const { session, kept } = await desk.prepare();
    expect(sh(desk.path, "log", "-1", "--format=%H %P")).toBe(`${session.tip} ${tip} ${theirs}`);
    expect(sh(desk.path, "status", "--porcelain", "--branch")).toBe(`## ${BRANCH}`);
    expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
    const [work] = await desk.kept();
    const mirror = await desk.fetch();
    expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBe("not committed\n");
  });

  test("goes on where the base branch was renamed, and its commits are pushed", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    sh(desk.upstream, "branch", "-m", "main", "trunk");
    expect(await desk.prepare()).toMatchObject({ session: { base: "main" } });
    const sha = await desk.work({ "more.txt": "more\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", sha });
    expect(desk.remote(BRANCH)).toBe(sha);
  });

  test("a worktree that git cannot read is moved aside and made anew", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" }, "left");
    rmSync(join(desk.path, ".git"));
    rmSync(desk.core.home.private, { recursive: true });
    const { session, kept } = await desk.prepare();
    expect(session.tip).toBe(tip);
    expect(kept.length).toBeGreaterThan(0);
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(tip);
  });
});

describe.concurrent("a conflict with people's commits", () => {
  test("is begun in the worktree, and its solution is a merge", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "calc.js": "ours\n" });
    const theirs = desk.push(BRANCH, { "calc.js": "theirs\n" });
    expect(await desk.prepare()).toMatchObject({
      session: { tip, mergeOf: theirs },
      conflicts: ["calc.js"],
      mergedFromForge: true,
    });
    expect(readFileSync(join(desk.path, "calc.js"), "utf8")).toContain("<<<<<<<");
    const sha = await desk.work({ "calc.js": "both\n" }, "left");
    expect(
      sh(desk.core.home.mirrors, "-C", (await desk.fetch()).path, "log", "-1", "--format=%P", sha),
    ).toBe(`${tip} ${theirs}`);
    expect(await desk.publish()).toEqual({ kind: "pushed", branch: BRANCH, sha, merged: false });
  });

  test("is known after a crash in the midst of it, so that its markers are not pushed", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "calc.js": "ours\n" });
    const theirs = desk.push(BRANCH, { "calc.js": "theirs\n" });
    await desk.prepare();
    await desk.core.sessions.patch(REF, { state: "running" });
    expect(await desk.prepare({ resumed: true })).toMatchObject({
      session: { mergeOf: theirs },
      conflicts: ["calc.js"],
    });
    await desk.work({}, "left");
    expect(await desk.publish()).toMatchObject({ kind: "unresolved", paths: ["calc.js"] });
  });
});

describe.concurrent("a turn that was cut off", () => {
  test("is resumed in the worktree as the agent left it", async () => {
    await using desk = await openDesk();
    const { session } = await desk.prepare();
    await desk.core.sessions.patch(REF, { state: "running" });
    write(desk.path, { "calc.js": "half done\n" });
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await desk.prepare({ resumed: true })).toMatchObject({
      session: { tip: session.tip },
      mergedFromForge: false,
    });
    expect(readFileSync(join(desk.path, "calc.js"), "utf8")).toBe("half done\n");
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(session.tip);
  });

  test("before its agent began is no turn: the worktree is brought to what was merged since", async () => {
    await using desk = await openDesk();
    await desk.firstTurn();
    await desk.work({ "ours.txt": "ours\n" });
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", merged: true });
    const { session } = await desk.prepare({ resumed: true });
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(session.tip);
    expect(existsSync(join(desk.path, "theirs.txt"))).toBe(true);
  });

  test("and is not resumed is taken over before the next one, committed or not", async () => {
    await using desk = await openDesk();
    const before = await desk.prepare();
    await desk.core.sessions.patch(REF, { state: "running" });
    write(desk.path, { "committed.txt": "1\n" });
    commitWork(desk.path);
    const lost = sh(desk.path, "rev-parse", "HEAD");
    write(desk.path, { "left.txt": "2\n" });
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    const { session, ...rest } = await desk.prepare();
    expect(rest).toEqual({ conflicts: [], mergedFromForge: true, kept: [] });
    const [merge, left, committed, since] = sh(
      desk.path,
      "log",
      "--first-parent",
      "--format=%H",
      "-4",
    ).split("\n");
    expect([merge, committed, since]).toEqual([session.tip, lost, before.session.tip]);
    expect(
      sh(
        desk.path,
        "log",
        "-1",
        "--format=%an %s%n%(trailers:key=Requested-by,valueonly)",
        left ?? "",
      ),
    ).toMatch(/^Kugetsu Unfinished work .*\nwalter$/);
    expect(existsSync(join(desk.path, "theirs.txt"))).toBe(true);
    expect(sh(desk.path, "status", "--porcelain")).toBe("");
  });

  test("and rewrote what was pushed does not conflict with itself", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const pushed = await desk.work({ "calc.js": "ours\n" });
    await desk.publish();
    await desk.core.sessions.patch(REF, { state: "running" });
    write(desk.path, { "calc.js": "ours, better\n" });
    sh(desk.path, "commit", "-q", "-a", "--amend", "-m", "Better");
    const { session, conflicts } = await desk.prepare();
    expect(conflicts).toEqual([]);
    expect(readFileSync(join(desk.path, "calc.js"), "utf8")).toBe("ours, better\n");
    expect(await (await desk.fetch()).contains(pushed, session.tip)).toBe(true);
  });
});

describe.concurrent("on another branch than before", () => {
  const second = { branch: `${BRANCH}-2` };

  test("a new worktree begins at the base of now, unpushed work is kept, the conversation goes on", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    await desk.core.sessions.patch(REF, { opencodeSessionId: "ses_1", seenCommentId: 7 });
    write(desk.path, { "left.txt": "not committed\n" });
    const base = desk.push("main", { "new.txt": "new\n" });
    const { session, kept } = await desk.prepare(second);
    expect(session).toMatchObject({ ...second, tip: base, pushedSha: undefined });
    expect(session).toMatchObject({ opencodeSessionId: "ses_1", seenCommentId: 7 });
    expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
    const [work] = await desk.kept();
    const mirror = await desk.fetch();
    expect(await mirror.contains(tip, work?.sha ?? "")).toBe(true);
    expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBe("not committed\n");
    expect(existsSync(join(desk.path, "ours.txt"))).toBe(false);
  });

  test("work that is on the forge is not kept a second time", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    await desk.publish();
    expect(await desk.prepare(second)).toMatchObject({ kept: [] });
    expect(await desk.kept()).toEqual([]);
  });
});
