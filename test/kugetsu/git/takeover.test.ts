import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Box, BoxedCommand } from "../../../src/kugetsu/box.ts";
import { BRANCH, REF, commitAll, openSession, sh, shInput, write } from "./fixture.ts";

function files(mirror: string, sha: string): string[] {
  return sh(mirror, "-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", sha)
    .split("\n")
    .toSorted();
}

describe("takeOver", () => {
  it("takes over commits of the agent's branch", async () => {
    using session = await openSession();
    write(session.path, { "calc.js": "export const add = (a, b) => a + b;\n" });
    const first = commitAll(session.path, "Fix the sum");
    const second = commitAll(session.path, "Say why");
    const taken = await session.takeOver();
    expect(taken).toEqual({
      tip: second,
      commits: [
        { sha: first, subject: "Fix the sum" },
        { sha: second, subject: "Say why" },
      ],
      committedForAgent: false,
      foundOn: undefined,
      alsoKept: [],
      rewritten: false,
      unresolved: [],
      leftOut: [],
      changedFetched: { submodules: [], lfs: [], putBack: [] },
    });
    expect(sh(session.mirror.path, "cat-file", "-t", second)).toBe("commit");
    expect(sh(session.mirror.path, "fsck", "--connectivity-only", second)).not.toContain("missing");
  });

  it("says that nothing was done when nothing was done", async () => {
    using session = await openSession();
    const taken = await session.takeOver();
    expect(taken).toMatchObject({
      tip: session.since,
      commits: [],
      committedForAgent: false,
      rewritten: false,
    });
  });

  it("commits what was left uncommitted in the bot's name, without what the repository ignores", async () => {
    using session = await openSession({
      files: { "a.txt": "a\n", "gone.txt": "x\n", ".gitignore": "node_modules/\n" },
    });
    rmSync(join(session.path, "gone.txt"));
    write(session.path, {
      "a.txt": "b\n",
      "neu ü.txt": "new\n",
      "-dash": "d\n",
      "node_modules/x.js": "x\n",
    });
    const taken = await session.takeOver({
      subject: "Fix the sum",
      requestedBy: "ann\nSigned-off-by: eve",
    });
    expect(taken).toMatchObject({ committedForAgent: true, foundOn: undefined, leftOut: [] });
    expect(files(session.mirror.path, taken.tip)).toEqual(
      ["-dash", ".gitignore", "a.txt", "neu ü.txt"].toSorted(),
    );
    const message = sh(
      session.mirror.path,
      "log",
      "-1",
      "--format=%an|%ae|%cn|%ce|%P|%B",
      taken.tip,
    );
    expect(message).toBe(
      `Kugetsu|bot@example.com|Kugetsu|bot@example.com|${session.since}|Fix the sum\n\nRequested-by: ann Signed-off-by: eve`,
    );
    expect(readdirSync(join(session.home, "tmp"))).toEqual([]);
  });

  it("puts uncommitted work on top of the agent's commits", async () => {
    using session = await openSession();
    write(session.path, { "b.txt": "b\n" });
    const commit = commitAll(session.path, "First");
    write(session.path, { "c.txt": "c\n" });
    const taken = await session.takeOver();
    expect(taken.commits.map(({ subject }) => subject)).toEqual(["First", "Work"]);
    expect(sh(session.mirror.path, "rev-parse", `${taken.tip}^`)).toBe(commit);
  });

  it("finds commits on a detached HEAD", async () => {
    using session = await openSession();
    sh(session.path, "checkout", "-q", "--detach");
    const commit = commitAll(session.path, "Detached");
    expect(await session.takeOver()).toMatchObject({ tip: commit, foundOn: "HEAD", alsoKept: [] });
  });

  it("finds commits on another branch that is checked out", async () => {
    using session = await openSession();
    sh(session.path, "checkout", "-q", "-b", "feature");
    const commit = commitAll(session.path, "Elsewhere");
    expect(await session.takeOver()).toMatchObject({
      tip: commit,
      foundOn: "feature",
      alsoKept: [],
    });
  });

  it("finds commits on the only other branch when its own was checked out again", async () => {
    using session = await openSession();
    sh(session.path, "checkout", "-q", "-b", "feature");
    const commit = commitAll(session.path, "Elsewhere");
    sh(session.path, "checkout", "-q", BRANCH);
    expect(await session.takeOver()).toMatchObject({ tip: commit, foundOn: "feature" });
  });

  it("keeps every other branch with commits, and says so once", async () => {
    using session = await openSession();
    sh(session.path, "checkout", "-q", "-b", "try-1");
    const one = commitAll(session.path, "One");
    sh(session.path, "checkout", "-q", "-b", "try-2", session.since);
    const two = commitAll(session.path, "Two");
    sh(session.path, "checkout", "-q", BRANCH);
    const tip = commitAll(session.path, "Right");
    const taken = await session.takeOver({ at: new Date("2026-01-02T03:04:05.678Z") });
    expect(taken.tip).toBe(tip);
    expect(taken.alsoKept.map(({ branch, sha }) => [branch, sha])).toEqual([
      ["try-1", one],
      ["try-2", two],
    ]);
    expect(await session.git.kept(session.mirror)).toEqual(
      taken.alsoKept.map(({ name, sha }) => ({ ref: REF, sha, name })),
    );
    expect((await session.takeOver()).alsoKept).toEqual([]);
  });

  it("keeps both branches and chooses none when two others have commits", async () => {
    using session = await openSession();
    for (const name of ["one", "two"]) {
      sh(session.path, "checkout", "-q", "-b", name, session.since);
      commitAll(session.path, name);
    }
    sh(session.path, "checkout", "-q", BRANCH);
    const taken = await session.takeOver();
    expect(taken.tip).toBe(session.since);
    expect(taken.alsoKept.map(({ branch }) => branch)).toEqual(["one", "two"]);
  });

  it("does not take a checked out main for the agent's result", async () => {
    using session = await openSession();
    const commit = commitAll(session.path, "Right");
    sh(session.path, "checkout", "-q", "main");
    expect(await session.takeOver()).toMatchObject({
      tip: commit,
      foundOn: undefined,
      committedForAgent: false,
    });
  });

  it("does not take a branch of the forge that went away for the agent's work", async () => {
    using session = await openSession();
    sh(session.person, "checkout", "-q", "-b", "other");
    commitAll(session.person, "A person's");
    sh(session.person, "push", "-q", "origin", "other");
    const mirror = await session.git.mirror({ key: "calc", url: session.upstream });
    const path = join(session.home, "worktrees", "two");
    const place = { mirror, key: "two", path, branch: BRANCH };
    await session.git.openWorktree({
      ...place,
      at: session.since,
      env: { PATH: process.env["PATH"] ?? "" },
    });
    sh(session.person, "push", "-q", "origin", ":other");
    await session.git.mirror({ key: "calc", url: session.upstream });
    expect(await session.takeOver(place)).toMatchObject({ tip: session.since, alsoKept: [] });
  });

  it("does not take a checked out main for the agent's work when main was rewritten since", async () => {
    using session = await openSession();
    sh(session.person, "commit", "-q", "--amend", "-m", "Begin anew");
    sh(session.person, "push", "-q", "-f", "origin", "main");
    await session.git.mirror({ key: "calc", url: session.upstream });
    sh(session.path, "checkout", "-q", "main");
    expect(await session.takeOver()).toMatchObject({
      tip: session.since,
      alsoKept: [],
      rewritten: false,
    });
  });

  it("says when history was rewritten, and a graft mends it", async () => {
    using session = await openSession();
    write(session.path, { "b.txt": "b\n" });
    const pushed = commitAll(session.path, "First");
    await session.takeOver();
    write(session.path, { "b.txt": "better\n" });
    sh(session.path, "commit", "-q", "-a", "--amend", "-m", "First, better");
    const taken = await session.takeOver({ since: pushed });
    expect(taken).toMatchObject({ rewritten: true, commits: [{ subject: "First, better" }] });
    const { git, mirror } = session;
    const grafted = await git.graft(mirror, {
      of: taken.tip,
      parents: [pushed, taken.tip],
      message: "Continue",
    });
    expect(await mirror.contains(pushed, grafted)).toBe(true);
    expect(await mirror.read(grafted, "b.txt", 100)).toBe("better\n");
  });

  it("says when the agent set its branch back", async () => {
    using session = await openSession();
    const pushed = commitAll(session.path, "Wrong");
    await session.takeOver();
    sh(session.path, "reset", "-q", "--hard", session.since);
    const taken = await session.takeOver({ since: pushed });
    expect(taken).toMatchObject({ tip: session.since, rewritten: true, commits: [] });
  });

  it("tells the box exactly what git may write and read", async () => {
    const seen: BoxedCommand[] = [];
    const box: Box = (command) => {
      seen.push(command);
      return command;
    };
    using session = await openSession({ box });
    write(session.path, { "b.txt": "b\n" });
    commitAll(session.path, "First");
    write(session.path, { "c.txt": "c\n" });
    seen.length = 0;
    await session.takeOver();
    const own = new Set([session.path, session.privateRepository]);
    const scratch = join(session.home, "tmp");
    expect(seen.length).toBeGreaterThan(8);
    for (const { writable, readable, file } of seen) {
      expect(file).toBe("git");
      expect(writable.every((path) => own.has(path) || path.startsWith(`${scratch}/`))).toBe(true);
      const objects = join(session.mirror.path, "objects");
      expect(readable.every((path) => path === objects || path === session.path)).toBe(true);
    }
  });
});

describe("takeOver from a hostile worktree", () => {
  it("runs no hook, filter, file system monitor or other program that was planted", async () => {
    using session = await openSession();
    // git hands most of these to a shell: in a path with a space nothing would run, and the test prove nothing.
    using trap = makeTrap();
    const { program, mark } = trap;
    for (const [name, value] of [
      ["core.fsmonitor", program],
      ["core.hooksPath", trap.directory],
      ["filter.evil.clean", program],
      ["filter.evil.smudge", program],
      ["filter.evil.process", program],
      ["diff.external", program],
      ["diff.evil.textconv", program],
      ["core.sshCommand", program],
      ["core.pager", program],
      ["uploadpack.packObjectsHook", program],
      ["core.alternateRefsCommand", program],
      ["credential.helper", `!${program}`],
      ["gpg.program", program],
      ["commit.gpgSign", "true"],
    ] as const) {
      sh(session.privateRepository, "config", name, value);
    }
    mkdirSync(join(session.privateRepository, "hooks"), { recursive: true });
    for (const hook of [
      "reference-transaction",
      "post-index-change",
      "pre-commit",
      "post-checkout",
      "pre-auto-gc",
    ]) {
      symlinkSync(program, join(session.privateRepository, "hooks", hook));
      symlinkSync(program, join(trap.directory, hook));
    }
    write(session.path, {
      ".gitattributes": "* filter=evil diff=evil merge=evil\n",
      "calc.js": "1;\n",
      "new.js": "2;\n",
    });
    const taken = await session.takeOver();
    expect(existsSync(mark) ? readFileSync(mark, "utf8") : "").toBe("");
    expect(files(session.mirror.path, taken.tip)).toEqual([
      ".gitattributes",
      "AGENTS.md",
      "calc.js",
      "new.js",
    ]);
    expect(await session.mirror.read(taken.tip, "new.js", 100)).toBe("2;\n");
    // The trap is a real one: the agent's own git falls into it.
    expect(() => sh(session.path, "add", "-A")).toThrow(/Command failed/);
    expect(readFileSync(mark, "utf8")).toContain("program");
  });

  it("never looks into other repositories in the worktree, and makes no submodule of them", async () => {
    using session = await openSession();
    const mark = join(session.root, "ran");
    for (const name of ["nested", "empty"]) {
      mkdirSync(join(session.path, name));
      sh(join(session.path, name), "init", "-q");
      sh(join(session.path, name), "config", "core.fsmonitor", `touch '${mark}'; false`);
    }
    write(session.path, { "nested/x.txt": "x\n", "new.txt": "n\n" });
    commitAll(join(session.path, "nested"), "Inner");
    rmSync(mark, { force: true });
    const taken = await session.takeOver();
    expect(existsSync(mark)).toBe(false);
    sh(join(session.path, "nested"), "status");
    expect(existsSync(mark)).toBe(true);
    expect(taken.leftOut).toEqual(["empty/", "nested/"]);
    expect(files(session.mirror.path, taken.tip)).toEqual(["AGENTS.md", "calc.js", "new.txt"]);
  });

  it("leaves a submodule as it was, whatever was done in its directory", async () => {
    using session = await openSession();
    sh(session.path, "update-index", "--add", "--cacheinfo", `160000,${session.since},sub`);
    sh(session.path, "commit", "-q", "-m", "A submodule");
    const mark = join(session.root, "ran");
    mkdirSync(join(session.path, "sub"), { recursive: true });
    sh(join(session.path, "sub"), "init", "-q");
    commitAll(join(session.path, "sub"), "Inner");
    sh(join(session.path, "sub"), "config", "core.fsmonitor", `touch '${mark}'; false`);
    write(session.path, { "sub/dirty.txt": "x\n", "new.txt": "n\n" });
    const taken = await session.takeOver();
    expect(existsSync(mark)).toBe(false);
    sh(session.path, "status");
    expect(existsSync(mark)).toBe(true);
    expect(taken.committedForAgent).toBe(true);
    expect(sh(session.mirror.path, "rev-parse", `${taken.tip}:sub`)).toBe(session.since);
  });

  it("takes over the files when `.git` was removed", async () => {
    using session = await openSession();
    rmSync(join(session.path, ".git"));
    write(session.path, { "calc.js": "1;\n" });
    const taken = await session.takeOver();
    expect(taken).toMatchObject({ committedForAgent: true, rewritten: false });
    expect(await session.mirror.read(taken.tip, "calc.js", 100)).toBe("1;\n");
  });

  it("takes over the commits of the private repository when `.git` was removed", async () => {
    using session = await openSession();
    const commit = commitAll(session.path, "Before");
    rmSync(join(session.path, ".git"));
    expect(await session.takeOver()).toMatchObject({ tip: commit, committedForAgent: false });
  });

  it("is not led away by a swapped `.git` file", async () => {
    using session = await openSession();
    const commit = commitAll(session.path, "Mine");
    writeFileSync(join(session.path, ".git"), `gitdir: ${session.mirror.path}\n`);
    const taken = await session.takeOver();
    expect(taken.tip).toBe(commit);
  });

  it("takes over a repository that the agent began anew, as rewritten", async () => {
    using session = await openSession();
    rmSync(join(session.path, ".git"));
    sh(session.path, "init", "-q", "-b", BRANCH);
    const commit = commitAll(session.path, "All anew");
    expect(await session.takeOver()).toMatchObject({ tip: commit, rewritten: true });
  });

  it("takes over the commits when the whole worktree was removed", async () => {
    using session = await openSession();
    const commit = commitAll(session.path, "Before");
    rmSync(session.path, { recursive: true });
    expect(await session.takeOver()).toMatchObject({ tip: commit, committedForAgent: false });
  });

  it("makes no commit that deletes everything when the worktree was emptied", async () => {
    using session = await openSession();
    rmSync(session.path, { recursive: true });
    mkdirSync(session.path);
    expect(await session.takeOver()).toMatchObject({
      tip: session.since,
      committedForAgent: false,
    });
  });

  it("takes over the files when the private repository was removed or filled with garbage", async () => {
    using session = await openSession();
    write(session.path, { "new.txt": "n\n" });
    rmSync(session.privateRepository, { recursive: true });
    const taken = await session.takeOver();
    expect(files(session.mirror.path, taken.tip)).toContain("new.txt");
    write(session.home, {
      [`private/${session.key}.git/HEAD`]: "\0garbage",
      [`private/${session.key}.git/config`]: "[[[",
    });
    write(session.path, { "more.txt": "n\n" });
    expect(files(session.mirror.path, (await session.takeOver()).tip)).toContain("more.txt");
  });

  it("survives a HEAD, refs and packed refs that point to nonsense", async () => {
    using session = await openSession();
    write(session.path, { "new.txt": "n\n" });
    const head = sh(session.path, "rev-parse", "--git-path", "HEAD");
    const refs = join(session.privateRepository, "refs", "heads");
    for (const nonsense of [
      "ref: refs/heads/../../../../etc/passwd\n",
      "ref: refs/heads/none\n",
      "0".repeat(40),
      "\0\xff",
    ]) {
      writeFileSync(head, nonsense);
      write(refs, { broken: "f".repeat(40), garbage: "not a sha" });
      const taken = await session.takeOver();
      expect(files(session.mirror.path, taken.tip)).toContain("new.txt");
    }
  });

  it("takes branches with names that look like options", async () => {
    using session = await openSession();
    const commit = commitAll(session.path, "Odd");
    for (const name of ["refs/heads/--upload-pack=x", "refs/heads/-"])
      sh(session.path, "update-ref", name, commit);
    sh(session.path, "reset", "-q", "--hard", session.since);
    const taken = await session.takeOver();
    expect(taken).toMatchObject({ tip: commit, rewritten: false });
    expect(["-", "--upload-pack=x"]).toContain(taken.foundOn);
  });

  it("refuses commits that git's check finds damaged, and takes nothing of them in", async () => {
    using session = await openSession();
    const evil = evilCommit(session.path);
    sh(session.path, "update-ref", `refs/heads/${BRANCH}`, evil);
    await expect(session.takeOver()).rejects.toMatchObject({
      name: "KugetsuError",
      code: "failed",
    });
    expect(() => sh(session.mirror.path, "cat-file", "-t", evil)).toThrow(/Command failed/);
    expect(
      readdirSync(join(session.mirror.path, "objects", "pack")).filter((name) =>
        name.startsWith("tmp"),
      ),
    ).toEqual([]);
    expect(readdirSync(join(session.home, "tmp"))).toEqual([]);
  });

  it("takes the good branch and names the damaged one", async () => {
    using session = await openSession();
    sh(session.path, "update-ref", "refs/heads/evil", evilCommit(session.path));
    const commit = commitAll(session.path, "Good");
    expect(await session.takeOver()).toMatchObject({
      tip: commit,
      leftOut: ["evil"],
      alsoKept: [],
    });
  });

  it("refuses commits whose objects are missing", async () => {
    using session = await openSession();
    write(session.path, { "b.txt": "only here\n" });
    commitAll(session.path, "Holes");
    const blob = sh(session.path, "rev-parse", "HEAD:b.txt");
    rmSync(join(session.privateRepository, "objects", blob.slice(0, 2), blob.slice(2)));
    await expect(session.takeOver()).rejects.toMatchObject({ code: "failed" });
  });

  it("ends within its time limit when git is made to wait for ever", async () => {
    using session = await openSession({ boxedMs: 700 });
    execFileSync("mkfifo", [join(session.path, ".gitignore")]);
    await expect(session.takeOver()).rejects.toMatchObject({
      name: "KugetsuError",
      code: "failed",
    });
  });

  it("leaves out what is no file, and takes symlinks as symlinks", async () => {
    using session = await openSession({
      files: { "dir/a.txt": "a\n", "b.txt": "b\n", "c.txt": "c\n" },
    });
    execFileSync("mkfifo", [join(session.path, "fifo")]);
    rmSync(join(session.path, "b.txt"));
    execFileSync("mkfifo", [join(session.path, "b.txt")]);
    rmSync(join(session.path, "dir"), { recursive: true });
    symlinkSync("/etc", join(session.path, "dir"));
    rmSync(join(session.path, "c.txt"));
    write(session.path, { "c.txt/inner": "i\n" });
    const taken = await session.takeOver();
    expect(taken.leftOut).toEqual(["b.txt"]);
    expect(files(session.mirror.path, taken.tip)).toEqual(["b.txt", "c.txt/inner", "dir"]);
    expect(sh(session.mirror.path, "ls-tree", taken.tip, "dir")).toMatch(/^120000 blob/);
    expect(await session.mirror.read(taken.tip, "dir", 100)).toBeUndefined();
  });

  it("keeps names that are not UTF-8", async () => {
    using session = await openSession();
    writeFileSync(
      Buffer.concat([Buffer.from(`${session.path}/`), Buffer.from([0x61, 0xff])]),
      "x\n",
    );
    const taken = await session.takeOver();
    expect(sh(session.mirror.path, "ls-tree", "--name-only", taken.tip)).toContain(
      String.raw`"a\377"`,
    );
  });

  it("is stopped by its signal", async () => {
    using session = await openSession();
    commitAll(session.path, "One");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(session.takeOver({ signal })).rejects.toMatchObject({ code: "unavailable" });
  });
});

/** A commit whose tree has a file named `.git`, made where git itself would refuse it. */
function evilCommit(path: string): string {
  const blob = sh(path, "rev-parse", "HEAD:calc.js");
  const tree = Buffer.concat([Buffer.from("100644 .git\0"), Buffer.from(blob, "hex")]);
  const id = shInput(path, tree, "hash-object", "-t", "tree", "--literally", "-w", "--stdin");
  return sh(path, "commit-tree", id, "-p", "HEAD", "-m", "evil");
}

/** A program that notes that it ran, in a directory whose path a shell takes as one word. */
function makeTrap() {
  const directory = mkdtempSync(join(tmpdir(), "kugetsu-trap-"));
  const program = join(directory, "program");
  const mark = join(directory, "ran");
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> '${mark}'\nexit 1\n`);
  chmodSync(program, 0o755);
  return {
    directory,
    program,
    mark,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
