import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { destroySession } from "../../../src/kugetsu/session/destroy.ts";
import { unpushedWork } from "../../../src/kugetsu/session/unpushed.ts";
import { BRANCH, REF, sh, write } from "../git/fixture.ts";
import { commitWork, type Desk, openDesk } from "../session/core.ts";

const CLONE = "backup/shell-then/worktrees/git.example.com-3000-ann-calc-14";

/** A session whose work lies in a clone, as the shell version made it. */
async function openCloned(): Promise<Desk & { readonly clone: string }> {
  const desk = await openDesk();
  const clone = join(desk.core.home.root, CLONE);
  sh(desk.upstream, "clone", "-q", desk.upstream, clone);
  sh(clone, "checkout", "-q", "-b", BRANCH);
  await desk.core.sessions.put({ ref: REF, kind: "forked", importedClone: CLONE });
  return { ...desk, clone };
}

const text = (path: string, file: string) => readFileSync(join(path, file), "utf8");

describe.concurrent("a session goes on from the clone that it had,", () => {
  test("with its commits, and what was staged, changed and new as a commit on top", async () => {
    await using desk = await openCloned();
    const { clone, path } = desk;
    write(clone, { "one.txt": "one\n" });
    commitWork(clone);
    const one = sh(clone, "rev-parse", "HEAD");
    write(clone, { "staged.txt": "staged\n", "calc.js": "changed\n", "new.txt": "new\n" });
    sh(clone, "add", "staged.txt");
    const status = sh(clone, "status", "--porcelain");

    const { session, kept } = await desk.prepare();
    expect(kept).toEqual([]);
    expect(session).toMatchObject({ branch: BRANCH, base: "main", importedClone: undefined });
    for (const [file, content] of Object.entries({
      "one.txt": "one\n",
      "staged.txt": "staged\n",
      "calc.js": "changed\n",
      "new.txt": "new\n",
    }))
      expect(text(path, file)).toBe(content);
    expect(sh(path, "rev-parse", "HEAD")).toBe(session.tip);
    expect(sh(path, "rev-parse", "HEAD^")).toBe(one);
    expect(sh(path, "symbolic-ref", "--short", "HEAD")).toBe(BRANCH);
    expect(sh(clone, "status", "--porcelain")).toBe(status);

    await desk.work({ "two.txt": "two\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: BRANCH });
    expect(sh(desk.upstream, "show", `${BRANCH}:staged.txt`)).toBe("staged");
  });

  test("also on another branch than the one it was on, and its further branches are kept", async () => {
    await using desk = await openCloned();
    const { clone } = desk;
    write(clone, { "one.txt": "one\n" });
    commitWork(clone);
    sh(clone, "checkout", "-q", "-b", "aside", "main");
    write(clone, { "aside.txt": "aside\n" });
    commitWork(clone);
    const aside = sh(clone, "rev-parse", "HEAD");
    sh(clone, "checkout", "-q", BRANCH);
    const { kept, session } = await desk.prepare({ branch: "fix/issue-14-2" });
    expect(session.branch).toBe("fix/issue-14-2");
    expect(text(desk.path, "one.txt")).toBe("one\n");
    expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
    expect(await desk.kept()).toEqual([{ ref: REF, sha: aside }]);
  });

  test("with a detached HEAD", async () => {
    await using desk = await openCloned();
    sh(desk.clone, "checkout", "-q", "--detach");
    write(desk.clone, { "one.txt": "one\n" });
    commitWork(desk.clone);
    const { session } = await desk.prepare();
    expect(session.tip).toBe(sh(desk.clone, "rev-parse", "HEAD"));
  });

  test("with commits that were pushed, also when the branch is not taken up again", async () => {
    await using desk = await openCloned();
    write(desk.clone, { "one.txt": "one\n" });
    commitWork(desk.clone);
    sh(desk.clone, "push", "-q", "origin", BRANCH);
    const { session } = await desk.prepare({ branch: "fix/issue-14-2" });
    expect(session.tip).toBe(sh(desk.clone, "rev-parse", "HEAD"));
  });

  test("and with what people pushed to its branch since", async () => {
    await using desk = await openCloned();
    write(desk.clone, { "one.txt": "one\n" });
    commitWork(desk.clone);
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    const prepared = await desk.prepare();
    expect(prepared).toMatchObject({ mergedFromForge: true, conflicts: [] });
    expect(text(desk.path, "one.txt")).toBe("one\n");
    expect(text(desk.path, "theirs.txt")).toBe("theirs\n");
  });

  test("or with the repository as it is now, when the clone holds nothing of its own", async () => {
    await using desk = await openCloned();
    const now = desk.push("main", { "news.txt": "news\n" });
    const { session } = await desk.prepare();
    expect(session.tip).toBe(now);
  });
});

describe.concurrent("a clone that git cannot read stays where it is, and the session begins anew:", () => {
  test.each<[string, (clone: string) => void]>([
    ["without its repository", (clone) => rmSync(join(clone, ".git"), { recursive: true })],
    ["without its objects", (clone) => rmSync(join(clone, ".git/objects"), { recursive: true })],
    ["without anything", (clone) => rmSync(clone, { recursive: true })],
    [
      "with a repository elsewhere",
      (clone) => {
        rmSync(join(clone, ".git"), { recursive: true });
        write(clone, { ".git": "gitdir: /nowhere/else\n" });
      },
    ],
  ])("%s", async (_, harm) => {
    await using desk = await openCloned();
    const warnings: string[] = [];
    Object.assign(desk.core, { warn: (message: string) => warnings.push(message) });
    write(desk.clone, { "one.txt": "one\n" });
    commitWork(desk.clone);
    harm(desk.clone);
    const isThere = existsSync(desk.clone);
    const { session, kept } = await desk.prepare();
    expect(session.tip).toBe(desk.remote("main"));
    expect(kept).toEqual(isThere ? [CLONE] : []);
    expect(warnings).toEqual([expect.stringContaining(CLONE)]);
    expect(existsSync(join(desk.clone, "one.txt"))).toBe(isThere);
    expect((await desk.session()).importedClone).toBeUndefined();
  });
});

test("what a session that was never continued has beyond the forge is what its clone has", async () => {
  await using desk = await openCloned();
  const clean = { commits: 0, uncommitted: false, unreadable: false };
  expect(await unpushedWork(desk.core, REF)).toEqual(clean);
  write(desk.clone, { "one.txt": "one\n" });
  commitWork(desk.clone);
  write(desk.clone, { "two.txt": "two\n" });
  expect(await unpushedWork(desk.core, REF)).toEqual({ ...clean, commits: 1, uncommitted: true });
  rmSync(desk.clone, { recursive: true });
  expect(await unpushedWork(desk.core, REF)).toEqual(clean);
});

test("destroying a session that was never continued leaves its clone in the backup and names it", async () => {
  await using desk = await openCloned();
  write(desk.clone, { "one.txt": "one\n" });
  expect(await destroySession(desk.core, REF)).toEqual({ kept: [CLONE] });
  expect(text(desk.clone, "one.txt")).toBe("one\n");
  const { session } = await desk.prepare();
  expect(session.tip).toBe(desk.remote("main"));
});
