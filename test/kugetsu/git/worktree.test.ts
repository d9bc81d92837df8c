import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AGENT_ENV, BRANCH, commitAll, openSession, sh, write } from "./fixture.ts";

describe("openWorktree", () => {
  it("makes a real worktree on the branch, from which an agent can commit and nothing is copied", async () => {
    using session = await openSession();
    expect(sh(session.path, "rev-parse", "--abbrev-ref", "HEAD")).toBe(BRANCH);
    expect(sh(session.path, "worktree", "list")).toContain(session.path);
    expect(sh(session.path, "remote")).toBe("");
    expect(sh(session.privateRepository, "count-objects", "-v")).toContain("in-pack: 0");
    write(session.path, { "a.txt": "a\n" });
    const sha = commitAll(session.path, "Work");
    expect(() => sh(session.mirror.path, "cat-file", "-e", sha)).toThrow(/Command failed/);
    expect(sh(session.path, "log", "-1", "--format=%an", "main")).toBe("Agent");
  });

  it("starts anew over whatever stood there before, also on a branch that the forge has", async () => {
    using session = await openSession();
    write(session.path, { "left.txt": "x\n" });
    const sha = commitAll(session.path, "Work");
    const { tip } = await session.takeOver();
    await session.git.push({ mirror: session.mirror, sha, branch: BRANCH });
    const mirror = await session.git.mirror({ key: "calc", url: session.upstream });
    rmSync(join(session.path, ".git"));
    const place = { mirror, key: session.key, path: session.path, branch: BRANCH, env: AGENT_ENV };
    await session.git.openWorktree({ ...place, at: tip });
    expect(sh(session.path, "status", "--porcelain=v1", "--branch")).toBe(`## ${BRANCH}`);
    await session.git.openWorktree({ ...place, at: session.since });
    expect(existsSync(join(session.path, "left.txt"))).toBe(false);
  });

  it("refuses a path outside of the worktrees, and one that leads out through a symlink", async () => {
    using session = await openSession();
    const outside = join(session.root, "outside");
    write(outside, { "victim/precious.txt": "x" });
    symlinkSync(outside, join(session.home, "worktrees", "link"));
    const place = {
      mirror: session.mirror,
      key: "k",
      branch: BRANCH,
      at: session.since,
      env: AGENT_ENV,
    };
    for (const path of [
      join(outside, "victim"),
      join(session.home, "worktrees", "link", "victim"),
      join(session.home, "worktrees", "link", "new"),
      join(session.home, "worktrees"),
      join(session.home, "worktrees", "..", "mirrors"),
    ]) {
      await expect(session.git.openWorktree({ ...place, path })).rejects.toMatchObject({
        code: "invalid",
      });
    }
    expect(existsSync(join(outside, "victim", "precious.txt"))).toBe(true);
    expect(existsSync(session.mirror.path)).toBe(true);
  });

  it("refuses names that are no branch", async () => {
    using session = await openSession();
    const place = { ...session, at: session.since, env: AGENT_ENV };
    for (const branch of ["--force", "a..b", "x.lock", "HEAD", ""]) {
      await expect(session.git.openWorktree({ ...place, branch })).rejects.toMatchObject({
        code: "invalid",
      });
    }
  });
});

describe("removeWorktree", () => {
  it("removes worktree and private repository, follows no symlink and needs no git", async () => {
    using session = await openSession();
    const outside = join(session.root, "outside");
    write(outside, { "precious.txt": "x" });
    symlinkSync(outside, join(session.path, "link"));
    writeFileSync(join(session.privateRepository, "config"), "garbage");
    await session.git.removeWorktree(session);
    expect(existsSync(session.path)).toBe(false);
    expect(existsSync(session.privateRepository)).toBe(false);
    expect(existsSync(join(outside, "precious.txt"))).toBe(true);
    await session.git.removeWorktree(session);
  });

  it("removes a symlink in the worktree's place and not what it points to", async () => {
    using session = await openSession();
    const outside = join(session.root, "outside");
    write(outside, { "precious.txt": "x" });
    rmSync(session.path, { recursive: true });
    symlinkSync(outside, session.path);
    await session.git.removeWorktree(session);
    expect(existsSync(session.path)).toBe(false);
    expect(existsSync(join(outside, "precious.txt"))).toBe(true);
  });
});

describe("sync", () => {
  it("sets the branch to what was taken over, and leaves ignored files alone", async () => {
    using session = await openSession({
      files: { "a.txt": "a\n", ".gitignore": "node_modules/\n" },
    });
    sh(session.path, "checkout", "-q", "--detach");
    write(session.path, { "b.txt": "b\n", "node_modules/x.js": "x\n" });
    const { tip } = await session.takeOver();
    const where = {
      mirror: session.mirror,
      key: session.key,
      path: session.path,
      branch: BRANCH,
      env: AGENT_ENV,
    };
    await session.git.sync({ ...where, to: tip });
    expect(sh(session.path, "rev-parse", BRANCH)).toBe(tip);
    expect(sh(session.path, "status", "--porcelain=v1", "--branch")).toBe(`## ${BRANCH}`);
    expect(existsSync(join(session.path, "node_modules", "x.js"))).toBe(true);
  });

  it("gets over the lock of a git that was killed", async () => {
    using session = await openSession();
    const lock = sh(session.path, "rev-parse", "--git-path", "index.lock");
    writeFileSync(lock, "");
    const where = {
      mirror: session.mirror,
      key: session.key,
      path: session.path,
      branch: BRANCH,
      env: AGENT_ENV,
    };
    await session.git.sync({ ...where, to: session.since });
    expect(existsSync(lock)).toBe(false);
  });

  it("fails clearly where the agent destroyed its repository", async () => {
    using session = await openSession();
    const where = {
      mirror: session.mirror,
      key: session.key,
      path: session.path,
      branch: BRANCH,
      env: AGENT_ENV,
    };
    rmSync(join(session.path, ".git"));
    await expect(session.git.sync({ ...where, to: session.since })).rejects.toMatchObject({
      code: "failed",
    });
    rmSync(session.path, { recursive: true });
    await expect(session.git.sync({ ...where, to: session.since })).rejects.toMatchObject({
      code: "failed",
    });
  });
});

/** A session whose agent and a person changed the same line. */
async function conflicting() {
  const session = await openSession();
  write(session.person, { "calc.js": "theirs\n", "theirs.txt": "t\n" });
  const theirs = commitAll(session.person, "Theirs");
  sh(session.person, "push", "-q", "origin", "main");
  write(session.path, { "calc.js": "ours\n" });
  const since = commitAll(session.path, "Ours");
  await session.takeOver();
  await session.git.mirror({ key: "calc", url: session.upstream });
  const where = { mirror: session.mirror, key: session.key, path: session.path, env: AGENT_ENV };
  return { session, theirs, since, where };
}

describe("beginMerge", () => {
  it("leaves the conflict to the agent, and its solution becomes a merge commit", async () => {
    const { session, theirs, since, where } = await conflicting();
    using _ = session;
    expect(await session.git.beginMerge({ ...where, theirs })).toEqual(["calc.js"]);
    expect(readFileSync(join(session.path, "calc.js"), "utf8")).toContain("<<<<<<<");
    write(session.path, { "calc.js": "both\n" });
    const taken = await session.takeOver({ since, mergeOf: theirs });
    expect(taken).toMatchObject({ committedForAgent: true, unresolved: [], rewritten: false });
    expect(sh(session.mirror.path, "log", "-1", "--format=%P", taken.tip)).toBe(
      `${since} ${theirs}`,
    );
    expect(await session.mirror.read(taken.tip, "theirs.txt", 10)).toBe("t\n");
    expect(taken.commits.map(({ subject }) => subject)).toEqual(["Work"]);
  });

  it("names the files whose conflicts are still there, and makes no merge of them", async () => {
    const { session, theirs, since, where } = await conflicting();
    using _ = session;
    await session.git.beginMerge({ ...where, theirs });
    const taken = await session.takeOver({ since, mergeOf: theirs });
    expect(taken.unresolved).toEqual(["calc.js"]);
    expect(await session.mirror.contains(theirs, taken.tip)).toBe(false);
  });

  it("does not make a merge of what the agent gave up", async () => {
    const { session, theirs, since, where } = await conflicting();
    using _ = session;
    await session.git.beginMerge({ ...where, theirs });
    sh(session.path, "merge", "--abort");
    write(session.path, { "other.txt": "o\n" });
    const taken = await session.takeOver({ since, mergeOf: theirs });
    expect(await session.mirror.contains(theirs, taken.tip)).toBe(false);
    expect(await session.mirror.read(taken.tip, "calc.js", 10)).toBe("ours\n");
  });

  it("makes a merge also of a conflict that was solved by keeping our side", async () => {
    const { session, theirs, since, where } = await conflicting();
    using _ = session;
    await session.git.beginMerge({ ...where, theirs });
    rmSync(join(session.path, "theirs.txt"));
    write(session.path, { "calc.js": "ours\n" });
    const taken = await session.takeOver({ since, mergeOf: theirs });
    expect(await session.mirror.contains(theirs, taken.tip)).toBe(true);
  });

  it("has no conflicts where there are none", async () => {
    using session = await openSession();
    write(session.person, { "theirs.txt": "t\n" });
    const theirs = commitAll(session.person, "Theirs");
    sh(session.person, "push", "-q", "origin", "main");
    await session.git.mirror({ key: "calc", url: session.upstream });
    mkdirSync(join(session.path, "node_modules"));
    const where = { mirror: session.mirror, key: session.key, path: session.path, env: AGENT_ENV };
    expect(await session.git.beginMerge({ ...where, theirs })).toEqual([]);
  });
});
