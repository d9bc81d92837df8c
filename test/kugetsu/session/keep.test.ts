import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { destroySession } from "../../../src/kugetsu/session/destroy.ts";
import { BRANCH, REF, sh, shInput, write } from "../git/fixture.ts";
import { type Desk, openDesk } from "./core.ts";

/** A commit that no forge takes: its tree has an entry called `.git`. */
function damage({ path }: Desk): string {
  const blob = shInput(path, "evil\n", "hash-object", "-w", "--stdin");
  const entry = Buffer.concat([Buffer.from("100644 .git\0"), Buffer.from(blob, "hex")]);
  const tree = shInput(path, entry, "hash-object", "-t", "tree", "--literally", "-w", "--stdin");
  const sha = sh(path, "commit-tree", tree, "-p", "HEAD", "-m", "Damaged");
  sh(path, "update-ref", "HEAD", sha);
  return sha;
}

/** A session with one good commit that was taken over, and then a damaged one. */
async function damaged(): Promise<{ desk: Desk; tip: string; sha: string }> {
  const desk = await openDesk();
  await desk.prepare();
  const tip = await desk.work({ "ours.txt": "ours\n" });
  const sha = damage(desk);
  write(desk.path, { "left.txt": "not committed\n" });
  await expect(desk.work({}, "left")).rejects.toMatchObject({ code: "failed" });
  return { desk, tip, sha };
}

const aside = ({ core }: Desk) => join(core.home.root, "aside");

/** That the one directory that was moved aside is among them, with all that the agent left. */
function expectAside(desk: Desk, kept: readonly string[], sha: string): void {
  const [name = "", ...more] = readdirSync(aside(desk));
  expect(more).toEqual([]);
  const directory = join(aside(desk), name);
  expect(kept).toContain(join("aside", name));
  expect(readFileSync(join(directory, "worktree", "left.txt"), "utf8")).toBe("not committed\n");
  expect(sh(join(directory, "repository.git"), "cat-file", "-t", sha)).toBe("commit");
}

describe.concurrent("what was left uncommitted, and committed at the end of its turn, is kept", () => {
  test("once, since the same still lies in the worktree", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    const tip = await desk.work({ "left.txt": "left\n" }, "left");
    const { kept } = await destroySession(desk.core, REF);
    expect(kept).toHaveLength(1);
    expect(await desk.kept()).toEqual([{ ref: REF, sha: tip }]);
  });

  test("as it was then and as it is now, when it changed since", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "left.txt": "left\n" }, "left");
    write(desk.path, { "left.txt": "changed\n" });
    await destroySession(desk.core, REF);
    const works = (await desk.kept()).map(({ sha }) => sha);
    expect(works).toHaveLength(2);
    expect(works).toContain(tip);
    const mirror = await desk.fetch();
    const now = works.find((sha) => sha !== tip);
    expect(await mirror.read(now ?? "", "left.txt", 100)).toBe("changed\n");
  });
});

describe.concurrent("work that git refuses is moved aside", () => {
  test("before the next turn, which stands on what was taken over before", async () => {
    const { desk, tip, sha } = await damaged();
    await using _ = desk;
    // As a turn leaves it whose work could not be taken over.
    await desk.core.sessions.patch(REF, { state: "running" });
    const { session, kept } = await desk.prepare();
    expectAside(desk, kept, sha);
    expect(session.tip).toBe(tip);
    expect(sh(desk.path, "rev-parse", "HEAD")).toBe(tip);
    expect(sh(desk.path, "status", "--porcelain", "--branch")).toBe(`## ${BRANCH}`);
    const more = await desk.work({ "more.txt": "more\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: BRANCH, sha: more });
    expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
  });

  test("when another branch is taken", async () => {
    const { desk, tip, sha } = await damaged();
    await using _ = desk;
    const branch = `${BRANCH}-2`;
    const { kept } = await desk.prepare({ branch });
    expectAside(desk, kept, sha);
    expect(await desk.kept()).toEqual([{ ref: REF, sha: tip }]);
    expect(sh(desk.path, "status", "--porcelain", "--branch")).toBe(`## ${branch}`);
  });

  test("when the session goes, and its good commits are kept", async () => {
    const { desk, tip, sha } = await damaged();
    await using _ = desk;
    const { kept } = await destroySession(desk.core, REF);
    expectAside(desk, kept, sha);
    expect(await desk.kept()).toEqual([{ ref: REF, sha: tip }]);
    expect(existsSync(desk.path)).toBe(false);
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
    expect(await desk.prepare()).toMatchObject({ session: { tip: desk.remote("main") }, kept: [] });
  });
});
