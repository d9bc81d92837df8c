import { readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BRANCH, commitAll, sh, write } from "../git/fixture.ts";
import { CONTENT, openShop, pointerOf, type Shop } from "./shop.ts";

const ONLY = { wish: "lfs: true\n" };
const NO_CHANGE = { submodules: [], lfs: [], putBack: [] };

function picture({ path }: Shop, file = "a.png"): string {
  return readFileSync(join(path, file), "utf8");
}

function pointerAt({ worktree }: Shop, sha: string): string {
  return sh(worktree.mirror.path, "show", `${sha}:a.png`);
}

const POINTER = expect.stringMatching(/^version https:\/\/git-lfs/);

describe.concurrent("files of Git LFS", () => {
  test("stand there with their content, and git sees the pointer", async () => {
    await using shop = await openShop(ONLY);
    expect(await shop.provide()).toEqual({ notes: [], submodules: [], lfs: 2 });
    expect(picture(shop)).toBe(CONTENT);
    expect(picture(shop, "art/b ü.png")).toBe("another\r\n");
    expect(sh(shop.path, "status", "--porcelain")).toBe("");
    expect(readdirSync(shop.core.home.tmp)).toEqual([]);
    const cached = join(shop.core.home.root, "lfs", "shop");
    expect(readdirSync(cached)).toHaveLength(2);
  });

  test("none of them is fetched twice", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    await shop.core.git.sync({ ...shop.worktree, branch: BRANCH, to: shop.since });
    expect(picture(shop)).toEqual(POINTER);
    const before = shop.forge.requests.length;
    expect(await shop.provide()).toMatchObject({ lfs: 2 });
    expect(picture(shop)).toBe(CONTENT);
    expect(shop.forge.requests).toHaveLength(before);
  });

  test("whatever git an agent uses, its commits have the pointer", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    write(shop.path, { "README.md": "1\n" });
    commitAll(shop.path, "add -A");
    write(shop.path, { "README.md": "2\n" });
    sh(shop.path, "stash", "-q", "-u");
    sh(shop.path, "stash", "pop", "-q");
    sh(shop.path, "commit", "-q", "-a", "-m", "commit -a");
    sh(shop.path, "reset", "-q", "HEAD~1");
    sh(shop.path, "checkout", "-q", "-b", "aside");
    commitAll(shop.path, "again");
    const taken = await shop.takeOver();
    expect(taken).toMatchObject({ leftOut: [], changedFetched: NO_CHANGE });
    expect(sh(shop.worktree.mirror.path, "diff", "--name-only", shop.since, taken.tip)).toBe(
      "README.md",
    );
    expect(picture(shop)).toBe(CONTENT);
  });

  test("what is left uncommitted beside them is taken over without their content", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    write(shop.path, { "left.txt": "left\n" });
    const taken = await shop.takeOver();
    expect(taken).toMatchObject({ committedForAgent: true, changedFetched: NO_CHANGE });
    expect(sh(shop.worktree.mirror.path, "diff", "--name-only", shop.since, taken.tip)).toBe(
      "left.txt",
    );
  });

  test("a changed one is told and in no commit, and stays for the next turn", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    write(shop.path, { "a.png": "drawn anew\n", "left.txt": "left\n" });
    const taken = await shop.takeOver();
    expect(taken.changedFetched).toEqual({ ...NO_CHANGE, lfs: ["a.png"] });
    expect(pointerAt(shop, taken.tip)).toEqual(POINTER);
    expect(await shop.provide()).toMatchObject({ notes: [], lfs: 2 });
    expect(picture(shop)).toBe("drawn anew\n");
  });

  test("one of the same length is a changed one all the same", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    write(shop.path, { "a.png": CONTENT.toUpperCase() });
    expect((await shop.takeOver()).changedFetched.lfs).toEqual(["a.png"]);
  });

  test("content that was committed in spite of all is put back to the pointer", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    sh(shop.path, "update-index", "--no-skip-worktree", "a.png");
    const theirs = commitAll(shop.path, "With content");
    const taken = await shop.takeOver();
    expect(taken.changedFetched.putBack).toEqual(["a.png"]);
    expect(sh(shop.worktree.mirror.path, "rev-parse", `${taken.tip}^`)).toBe(theirs);
    expect(pointerAt(shop, taken.tip)).toEqual(POINTER);
  });

  test("one that is gone, or became a symlink, is the agent's work", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    rmSync(join(shop.path, "a.png"));
    rmSync(join(shop.path, "art/b ü.png"));
    symlinkSync("../README.md", join(shop.path, "art/b ü.png"));
    const { tip, changedFetched } = await shop.takeOver();
    expect(changedFetched).toEqual(NO_CHANGE);
    expect(shop.entry(tip, "a.png")).toBe("");
    expect(shop.entry(tip, "art/b ü.png")).toMatch(/^120000 /);
  });

  test("a merge of other people's pointers goes through", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    const { sha: theirs } = await shop.forge.commit("olivia/shop", "theirs", {
      by: "olivia",
      message: "A newer picture",
      files: { "a.png": shop.forge.addLfsObject("olivia/shop", "newer\n") },
    });
    const { core, worktree } = shop;
    await core.git.mirror({ key: "shop", url: `${shop.forge.url}/olivia/shop.git` });
    sh(shop.path, "commit", "-q", "--allow-empty", "-m", "Ours");
    expect(await core.git.beginMerge({ ...worktree, theirs })).toEqual([]);
    sh(shop.path, "commit", "-q", "-m", "Merge");
    const { tip, changedFetched } = await shop.takeOver();
    expect(changedFetched).toEqual(NO_CHANGE);
    expect(pointerAt(shop, tip)).toBe(pointerAt(shop, theirs));
    expect(await shop.provide()).toMatchObject({ lfs: 2 });
    expect(picture(shop)).toBe("newer\n");
  });

  test("they go where the operator allows it no longer", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    expect(await shop.provide({ allowed: { submodules: true, lfs: false } })).toMatchObject({
      notes: [{ kind: "not_allowed", what: "lfs" }],
      lfs: 0,
    });
    expect(picture(shop)).toEqual(POINTER);
    write(shop.path, { "a.png": "now a file of its own\n" });
    const { tip } = await shop.takeOver();
    expect(pointerAt(shop, tip)).toBe("now a file of its own");
  });

  test("what the forge does not have, and what is too large, stays a pointer", async () => {
    await using shop = await openShop({
      ...ONLY,
      files: { "gone.png": pointerOf("gone"), "huge.png": pointerOf("huge", 100_000_001) },
    });
    expect(await shop.provide()).toEqual({
      notes: [
        { kind: "no_lfs", why: "too_large", paths: ["huge.png"] },
        { kind: "no_lfs", why: "missing", paths: ["gone.png"] },
      ],
      submodules: [],
      lfs: 2,
    });
    expect(picture(shop, "gone.png")).toBe(pointerOf("gone"));
  });

  test("what was changed on its way is not used", async () => {
    await using shop = await openShop(ONLY);
    shop.forge.fail({
      path: /\/objects\/[0-9a-f]{64}$/,
      answer: 200,
      body: CONTENT.toUpperCase(),
    });
    const { notes, lfs } = await shop.provide();
    expect(notes).toEqual([{ kind: "no_lfs", why: "damaged", paths: ["a.png"] }]);
    expect(lfs).toBe(1);
    expect(picture(shop)).toEqual(POINTER);
  });

  test("a lock that a killed git left does not keep them away", async () => {
    await using shop = await openShop(ONLY);
    const lock = sh(shop.path, "rev-parse", "--path-format=absolute", "--git-path", "index.lock");
    writeFileSync(lock, "");
    expect(await shop.provide()).toEqual({ notes: [], submodules: [], lfs: 2 });
    expect(sh(shop.path, "status", "--porcelain")).toBe("");
  });

  test("a forge that fails costs the turn nothing", async () => {
    await using shop = await openShop(ONLY);
    shop.forge.fail({ path: /batch$/, answer: 503 });
    expect(await shop.provide()).toEqual({
      notes: [{ kind: "no_lfs", why: "unreachable", paths: ["a.png", "art/b ü.png"] }],
      submodules: [],
      lfs: 0,
    });
    writeFileSync(join(shop.path, "left.txt"), "left\n");
    expect(await shop.takeOver()).toMatchObject({ committedForAgent: true });
  });
});
