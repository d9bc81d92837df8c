import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Fixture } from "./fixture.ts";
import { commitAll, makeFixture, sh, shInput, write } from "./fixture.ts";

/** Commits files on a branch that starts at `from`, and returns the commit. */
function branchOff(fixture: Fixture, from: string, files: Record<string, string>): string {
  sh(fixture.person, "checkout", "-q", "--detach", from);
  write(fixture.person, files);
  const sha = commitAll(fixture.person, "Change");
  sh(fixture.person, "push", "-q", "origin", `${sha}:refs/heads/b-${sha}`);
  return sha;
}

describe("merge", () => {
  it("merges in the bot's name, goes forward where it can, and names conflicts", async () => {
    using fixture = await makeFixture();
    const base = sh(fixture.person, "rev-parse", "main");
    const one = branchOff(fixture, base, { "calc.js": "one\n" });
    const two = branchOff(fixture, base, { "two.txt": "two\n" });
    const three = branchOff(fixture, base, { "calc.js": "three\n", "dir ü/x": "x\n" });
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    const { git } = fixture;
    expect(await git.merge(mirror, { ours: one, theirs: base, message: "m" })).toEqual({
      kind: "upToDate",
      sha: one,
    });
    expect(await git.merge(mirror, { ours: base, theirs: one, message: "m" })).toEqual({
      kind: "merged",
      sha: one,
    });
    expect(await git.merge(mirror, { ours: one, theirs: three, message: "m" })).toEqual({
      kind: "conflict",
      files: ["calc.js"],
    });
    const merged = await git.merge(mirror, {
      ours: one,
      theirs: two,
      message: "Merge two",
      identity: { name: "B", email: "b@x" },
    });
    if (merged.kind !== "merged") throw new Error(merged.kind);
    expect(sh(mirror.path, "log", "-1", "--format=%cn|%P|%s", merged.sha)).toBe(
      `B|${one} ${two}|Merge two`,
    );
    expect(await mirror.read(merged.sha, "two.txt", 10)).toBe("two\n");
  });

  it("fails clearly for histories that have nothing in common", async () => {
    using fixture = await makeFixture();
    const base = sh(fixture.person, "rev-parse", "main");
    sh(fixture.person, "checkout", "-q", "--orphan", "new");
    const other = commitAll(fixture.person, "Orphan");
    sh(fixture.person, "push", "-q", "origin", "new");
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    await expect(
      fixture.git.merge(mirror, { ours: base, theirs: other, message: "m" }),
    ).rejects.toMatchObject({ code: "failed" });
  });
});

describe("protectedChanges", () => {
  it.each([
    ".gitea/workflows/x.yml",
    ".github/workflows/x.yml",
    ".github/CODEOWNERS",
    ".forgejo/x",
    ".GitHub/workflows/x.yml",
    ".woodpecker.yml",
    ".woodpecker/x.yml",
    ".woodpecker.yaml",
    ".drone.yml",
    ".gitlab-ci.yml",
    ".Gitlab-CI.yml",
  ])("finds %s, new, changed and removed", async (path) => {
    using fixture = await makeFixture();
    const base = sh(fixture.person, "rev-parse", "main");
    const added = branchOff(fixture, base, { [path]: "a\n" });
    const changed = branchOff(fixture, added, { [path]: "b\n" });
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    const ask = (from: string, tip: string, remote?: string) =>
      fixture.git.protectedChanges(mirror, { base: from, remote, tip });
    expect(await ask(base, added)).toEqual([path]);
    expect(await ask(added, changed)).toEqual([path]);
    expect(await ask(added, base)).toEqual([path]);
    expect(await ask(added, added)).toEqual([]);
    expect(await ask(base, added, added)).toEqual([]);
    expect(await ask(added, changed, base)).toEqual([path]);
  });

  it("lets a merge of the base bring its changes along, and finds what hides among them", async () => {
    using fixture = await makeFixture({ files: { ".github/a.yml": "1\n", "x.txt": "x\n" } });
    const old = sh(fixture.person, "rev-parse", "main");
    const base = branchOff(fixture, old, { ".github/a.yml": "2\n", ".github/b.yml": "b\n" });
    const work = branchOff(fixture, base, { "x.txt": "y\n" });
    const sly = branchOff(fixture, base, { ".github/b.yml": "evil\n" });
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    expect(await fixture.git.protectedChanges(mirror, { base, remote: old, tip: work })).toEqual(
      [],
    );
    expect(await fixture.git.protectedChanges(mirror, { base, remote: old, tip: sly })).toEqual([
      ".github/b.yml",
    ]);
  });

  it("finds a symlink, a file, a submodule and an odd name in the place of the directory", async () => {
    using fixture = await makeFixture({ files: { ".github/a.yml": "1\n" } });
    const base = sh(fixture.person, "rev-parse", "main");
    const found: string[] = [];
    const mirrored = async (tip: string) => {
      sh(fixture.person, "push", "-q", "origin", `${tip}:refs/heads/t-${tip}`);
      const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
      return fixture.git.protectedChanges(mirror, { base, remote: undefined, tip });
    };
    sh(fixture.person, "checkout", "-q", "--detach", base);
    rmSync(join(fixture.person, ".github"), { recursive: true });
    symlinkSync("ci", join(fixture.person, ".github"));
    found.push(...(await mirrored(commitAll(fixture.person, "Symlink"))));
    rmSync(join(fixture.person, ".github"));
    write(fixture.person, { ".gitea": "file\n" });
    found.push(...(await mirrored(commitAll(fixture.person, "File"))));
    sh(fixture.person, "update-index", "--add", "--cacheinfo", `160000,${base},.forgejo`);
    sh(fixture.person, "commit", "-q", "-m", "Submodule");
    found.push(...(await mirrored(sh(fixture.person, "rev-parse", "HEAD"))));
    expect(found).toEqual([
      ".github",
      ".github/a.yml",
      ".gitea",
      ".github/a.yml",
      ".forgejo",
      ".gitea",
      ".github/a.yml",
    ]);
  });

  it("tells names apart that are the same once they are made UTF-8", async () => {
    using fixture = await makeFixture();
    const tree = (names: number[], blob: string) =>
      shInput(
        fixture.person,
        Buffer.concat(
          names.map((byte) =>
            Buffer.concat([
              Buffer.from("100644 a"),
              Buffer.from([byte, 0]),
              Buffer.from(blob, "hex"),
            ]),
          ),
        ),
        "hash-object",
        "-t",
        "tree",
        "-w",
        "--stdin",
      );
    const blob = shInput(fixture.person, "x\n", "hash-object", "-w", "--stdin");
    const commitOf = (inner: string) => {
      const root = shInput(fixture.person, `040000 tree ${inner}\t.github\n`, "mktree");
      const sha = sh(fixture.person, "commit-tree", root, "-m", "t");
      sh(fixture.person, "push", "-q", "origin", `${sha}:refs/heads/t-${sha}`);
      return sha;
    };
    const base = commitOf(tree([0xfe], blob));
    const tip = commitOf(tree([0xfe, 0xff], blob));
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    expect(
      await fixture.git.protectedChanges(mirror, { base, remote: undefined, tip }),
    ).toHaveLength(1);
  });
});

describe("diffstat", () => {
  it("counts lines, names renames once, and knows that binary files have no lines", async () => {
    using fixture = await makeFixture({ files: { "a.txt": "1\n2\n3\n4\n5\n", "calc.js": "x\n" } });
    const from = sh(fixture.person, "rev-parse", "main");
    renameSync(join(fixture.person, "a.txt"), join(fixture.person, "b ü\t.txt"));
    const to = branchOff(fixture, from, { "calc.js": "y\nz\n", bin: "\0\u0001" });
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    expect(await fixture.git.diffstat(mirror, { from, to })).toEqual({
      files: 3,
      insertions: 2,
      deletions: 1,
      more: 0,
      entries: [
        { path: "b ü\t.txt", insertions: 0, deletions: 0 },
        { path: "bin", insertions: undefined, deletions: undefined },
        { path: "calc.js", insertions: 2, deletions: 1 },
      ],
    });
  });

  it("lists twenty files and counts the rest", async () => {
    using fixture = await makeFixture();
    const from = sh(fixture.person, "rev-parse", "main");
    const files = Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [`f${index}`, "x\n"]),
    );
    const to = branchOff(fixture, from, files);
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    const stat = await fixture.git.diffstat(mirror, { from, to });
    expect(stat).toMatchObject({ files: 25, insertions: 25, more: 5 });
    expect(stat.entries).toHaveLength(20);
  });
});

describe("keep", () => {
  it.each([
    "github.com/shoko/kugetsu#14",
    "h:3000/a.lock/b#-x..y.lock",
    "h/a/b#-discuss",
    "h/ü ~^:?*[\\@{/b#1",
  ])("gives back the ref %s as it was", async (ref) => {
    using fixture = await makeFixture();
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    const sha = (await mirror.head("main")) ?? "";
    const at = new Date("2026-01-02T03:04:05.678Z");
    const name = await fixture.git.keep(mirror, { ref, sha, at });
    expect(name).toMatch(/^refs\/kugetsu\/kept\/.*\/20260102T030405\.678Z$/);
    expect(await fixture.git.keep(mirror, { ref, sha, at: new Date() })).toBe(name);
    expect(await fixture.git.kept(mirror)).toEqual([{ ref, sha, name }]);
  });

  it("keeps two works of the same moment apart", async () => {
    using fixture = await makeFixture();
    const one = sh(fixture.person, "rev-parse", "main");
    const two = branchOff(fixture, one, { x: "x" });
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    const names = [];
    for (const sha of [one, two])
      names.push(await fixture.git.keep(mirror, { ref: "h/o/r#1", sha, at: new Date(0) }));
    expect(new Set(names).size).toBe(2);
    expect((await fixture.git.kept(mirror)).map(({ sha }) => sha)).toEqual([one, two]);
  });
});

it("keeps a directory that is not a repository out of the mirrors", async () => {
  using fixture = await makeFixture();
  mkdirSync(join(fixture.home, "mirrors", "calc.git"), { recursive: true });
  await expect(fixture.git.mirror({ key: "calc", url: fixture.upstream })).rejects.toMatchObject({
    name: "KugetsuError",
  });
});
