import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BRANCH, commitAll, sh, write } from "../git/fixture.ts";
import { NO_SANDBOX } from "../../support/sandbox.ts";
import { CONTENT, module, openShop } from "./shop.ts";

const ONLY = { wish: "submodules: true\n" };
const ALL = ["lib", "parts/secret"];

const addresses = ({ url }: { url: string }) =>
  module("a", "https://elsewhere.example.org/olivia/lib.git") +
  module("b", "ext::sh -c 'touch /tmp/x'") +
  module("c", "file:///etc") +
  module("d", "-upload-pack=x") +
  module("e", "../../../../olivia/nothing") +
  module("f", `${url}/olivia/lib`);

describe.concurrent("submodules", () => {
  test("their files stand in the worktree, and git sees nothing to commit", async () => {
    await using shop = await openShop(ONLY);
    expect(await shop.provide()).toEqual({ notes: [], submodules: ALL, lfs: 0 });
    expect(readFileSync(join(shop.path, "lib/sub/more.c"), "utf8")).toBe("int more;\n");
    expect(readFileSync(join(shop.path, "parts/secret/secret.c"), "utf8")).toBe("int secret;\n");
    expect(existsSync(join(shop.path, "lib/.git"))).toBe(false);
    expect(sh(shop.path, "status", "--porcelain", "--ignored")).toBe("");
    write(shop.path, { "README.md": "# The shop\n" });
    const tip = commitAll(shop.path, "Name it");
    const taken = await shop.takeOver();
    expect(taken).toMatchObject({ tip, leftOut: [] });
    expect(sh(shop.worktree.mirror.path, "diff", "--name-only", shop.since, tip)).toBe("README.md");
  });

  test("what everybody may read is fetched without the token, the rest with it", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    const logins = (name: string) =>
      new Set(
        shop.forge.requests
          .filter(({ path, status }) => path.startsWith(`/olivia/${name}.git/`) && status === 200)
          .map(({ login }) => login),
      );
    expect([...logins("lib")]).toEqual([undefined]);
    expect([...logins("secret")]).toEqual(["kugetsu-bot"]);
  });

  test("one that whoever asks may not read is left out, and goes where it was there before", async () => {
    await using shop = await openShop(ONLY);
    const without = {
      notes: [{ kind: "no_submodule", why: "not_readable", paths: ["parts/secret"] }],
      submodules: ["lib"],
      lfs: 0,
    };
    expect(await shop.provide({ mayRead: false })).toEqual(without);
    expect((await shop.provide()).submodules).toEqual(ALL);
    expect(existsSync(join(shop.path, "parts/secret/secret.c"))).toBe(true);
    expect(await shop.provide({ mayRead: false })).toEqual(without);
    expect(existsSync(join(shop.path, "parts/secret/secret.c"))).toBe(false);
    expect(sh(shop.path, "status", "--porcelain")).toBe("");
  });

  test("changes in them are told, and are in no commit", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    write(shop.path, { "lib/lib.c": "int changed;\n", "lib/new.c": "\n", "lib/lib.o": "built" });
    write(shop.path, { "left.txt": "left\n" });
    const taken = await shop.takeOver();
    expect(taken).toMatchObject({
      committedForAgent: true,
      leftOut: [],
      changedFetched: { submodules: ["lib/lib.c", "lib/new.c"], lfs: [], putBack: [] },
    });
    expect(shop.entry(taken.tip, "lib")).toBe(`160000 ${shop.lib}`);
    // The next turn finds them as they were left.
    await shop.provide();
    expect(readFileSync(join(shop.path, "lib/lib.c"), "utf8")).toBe("int changed;\n");
  });

  test("an agent that commits their files gets the submodule put back on top", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    sh(shop.path, "rm", "-q", "-r", "--cached", ".");
    const theirs = commitAll(shop.path, "Everything anew");
    const taken = await shop.takeOver();
    expect(taken.changedFetched.putBack).toEqual(ALL);
    expect(taken).toMatchObject({ rewritten: false });
    expect(sh(shop.worktree.mirror.path, "rev-parse", `${taken.tip}^`)).toBe(theirs);
    expect(sh(shop.worktree.mirror.path, "diff", "--name-only", shop.since, taken.tip)).toBe("");
  });

  test("an agent may take a submodule away, and name another commit of it", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    sh(shop.path, "rm", "-q", "--cached", "lib");
    sh(shop.path, "update-index", "--cacheinfo", `160000,${shop.since},parts/secret`);
    sh(shop.path, "commit", "-q", "-m", "Without lib");
    const taken = await shop.takeOver();
    expect(taken.changedFetched.putBack).toEqual([]);
    expect(shop.entry(taken.tip, "lib")).toBe("");
    expect(shop.entry(taken.tip, "parts/secret")).toBe(`160000 ${shop.since}`);
  });

  test("another commit of the worktree has its own", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    const { sha } = await shop.forge.commit("olivia/lib", "main", {
      by: "olivia",
      message: "More",
      files: { "lib.c": "int lib2;\n", "sub/more.c": undefined },
    });
    sh(shop.path, "update-index", "--cacheinfo", `160000,${sha},lib`);
    sh(shop.path, "commit", "-q", "-m", "Newer lib");
    const { tip } = await shop.takeOver();
    await shop.core.git.sync({ ...shop.worktree, branch: BRANCH, to: shop.since });
    expect(existsSync(join(shop.path, "lib/lib.c"))).toBe(false);
    expect(sh(shop.path, "status", "--porcelain")).toBe("");
    await shop.core.git.sync({ ...shop.worktree, branch: BRANCH, to: tip });
    await shop.provide();
    expect(readFileSync(join(shop.path, "lib/lib.c"), "utf8")).toBe("int lib2;\n");
    expect(existsSync(join(shop.path, "lib/sub"))).toBe(false);
  });

  test("a life that was killed over it leaves nothing half done", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    const { core, worktree, path } = shop;
    await core.git.noteFetched(worktree.key, {
      ...(await core.git.fetched(worktree.key)),
      pending: true,
    });
    rmSync(join(path, "lib/lib.c"));
    expect((await shop.provide()).submodules).toEqual(ALL);
    expect(existsSync(join(path, "lib/lib.c"))).toBe(true);
  });

  test("only addresses of the same forge count", async () => {
    const links = ["a", "b", "c", "d", "e", "f"];
    await using shop = await openShop({ ...ONLY, gitmodules: addresses, links });
    expect(await shop.provide({ mayRead: false })).toEqual({
      notes: [
        { kind: "no_submodule", why: "elsewhere", paths: ["a", "b", "c", "d"] },
        { kind: "no_submodule", why: "not_readable", paths: ["e"] },
      ],
      submodules: ["f"],
      lfs: 0,
    });
  });

  test("twenty are fetched, and the rest is named", async () => {
    const links = Array.from({ length: 22 }, (_, index) => `many/${index + 10}`);
    const gitmodules = () => links.map((path) => module(path, "../lib.git")).join("");
    await using shop = await openShop({ ...ONLY, gitmodules, links });
    const { notes, submodules } = await shop.provide();
    expect(submodules).toHaveLength(20);
    const paths = ["many/30", "many/31"];
    expect(notes).toEqual([{ kind: "no_submodule", why: "too_many", paths }]);
  });

  test("a commit that no branch of it has is not given out", async () => {
    await using shop = await openShop(ONLY);
    await shop.provide();
    await shop.core.git.withdraw(shop.worktree, await shop.core.git.fetched(shop.worktree.key));
    // The mirror still has the commit when the repository of that name is another one.
    sh(shop.forge.gitDir("olivia/lib"), "update-ref", "-d", "refs/heads/main");
    expect(await shop.provide()).toEqual({
      notes: [{ kind: "no_submodule", why: "no_commit", paths: ["lib"] }],
      submodules: ["parts/secret"],
      lfs: 0,
    });
  });

  test("what an agent put in its place stays, and nothing is written through a symlink", async () => {
    await using shop = await openShop(ONLY);
    write(shop.path, { "lib/own.txt": "own\n" });
    rmSync(join(shop.path, "parts"), { recursive: true });
    const outside = join(shop.path, "..", "outside");
    mkdirSync(outside);
    symlinkSync(outside, join(shop.path, "parts"));
    expect(await shop.provide()).toEqual({
      notes: [
        { kind: "no_submodule", why: "occupied", paths: ["parts/secret"] },
        { kind: "no_submodule", why: "occupied", paths: ["lib"] },
      ],
      submodules: [],
      lfs: 0,
    });
    expect(existsSync(join(outside, "secret"))).toBe(false);
    expect(existsSync(join(shop.path, "lib/lib.c"))).toBe(false);
  });

  test("what is not allowed is told where it is asked for, and not fetched", async () => {
    await using shop = await openShop();
    expect(await shop.provide({ allowed: { submodules: false, lfs: false } })).toEqual({
      notes: [
        { kind: "not_allowed", what: "submodules" },
        { kind: "not_allowed", what: "lfs" },
      ],
      submodules: [],
      lfs: 0,
    });
    expect(shop.forge.requests.some(({ path }) => /\/lib\.git|lfs/.test(path))).toBe(false);
  });

  test("the default branch alone is asked, not the one that is worked on", async () => {
    await using shop = await openShop({ wish: "lfs: false\n" });
    write(shop.path, { ".kugetsu.yml": "submodules: true\n" });
    commitAll(shop.path, "Ask for more");
    await shop.takeOver();
    expect(await shop.provide()).toEqual({ notes: [], submodules: [], lfs: 0 });
  });
});

test.skipIf(NO_SANDBOX !== undefined)(
  `in the sandbox they come and go, as LFS files do${NO_SANDBOX === undefined ? "" : `, skipped: ${NO_SANDBOX}`}`,
  async () => {
    await using shop = await openShop({ boxed: true });
    expect(await shop.provide()).toEqual({ notes: [], submodules: ALL, lfs: 2 });
    expect(readFileSync(join(shop.path, "lib/lib.c"), "utf8")).toBe("int lib;\n");
    expect(readFileSync(join(shop.path, "a.png"), "utf8")).toBe(CONTENT);
    write(shop.path, { "lib/lib.c": "int changed;\n", "a.png": "changed\n", "left.txt": "left\n" });
    const taken = await shop.takeOver();
    expect(taken.changedFetched).toEqual({
      submodules: ["lib/lib.c"],
      lfs: ["a.png"],
      putBack: [],
    });
    await shop.core.git.sync({ ...shop.worktree, branch: BRANCH, to: taken.tip });
    expect(existsSync(join(shop.path, "lib/lib.c"))).toBe(false);
    expect(sh(shop.path, "status", "--porcelain")).toBe("");
    expect(await shop.provide()).toMatchObject({ submodules: ALL, lfs: 2 });
    expect(readFileSync(join(shop.path, "a.png"), "utf8")).toBe(CONTENT);
  },
);
