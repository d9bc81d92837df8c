import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { prune, type Pruned } from "../../../src/kugetsu/prune/prune.ts";
import { parseRef } from "../../../src/kugetsu/ref.ts";
import { issuePlace } from "../../../src/kugetsu/session/place.ts";
import { BRANCH, commitAll, REF, sh, write } from "../git/fixture.ts";
import { type Desk, openDesk } from "../session/core.ts";

const look = ({ core, leases }: Desk) => prune(core, leases, { force: false });
const force = ({ core, leases }: Desk) => prune(core, leases, { force: true });

/** Kinds and what their work was told to be. */
const kinds = (pruned: readonly Pruned[]) =>
  pruned.flatMap(({ orphans }) => orphans.map(({ kind }) => kind));
const keptBy = (pruned: readonly Pruned[]) => pruned.flatMap(({ kept }) => kept);
const works = (pruned: readonly Pruned[]) =>
  pruned.flatMap(({ orphans }) => orphans.flatMap(({ work }) => work ?? []));

const CLEAN = { commits: 0, uncommitted: false, unreadable: false };

/** What of sessions is left in the home, but kept work. */
function remains({ core: { home } }: Desk): string[] {
  return [home.agents, home.private, home.worktrees, home.sessions].flatMap((path) =>
    existsSync(path) ? readdirSync(path) : [],
  );
}

/** A worktree with one commit and a change that nobody committed, whose session is lost. */
async function lost(): Promise<{ desk: Desk; sha: string }> {
  const desk = await openDesk();
  await desk.prepare();
  write(desk.path, { "ours.txt": "ours\n" });
  const sha = commitAll(desk.path, "Mine");
  write(desk.path, { "left.txt": "not committed\n" });
  await desk.core.sessions.remove(REF);
  return { desk, sha };
}

describe.concurrent("what belongs to a session stays", () => {
  test("with all that it has, and a second look finds nothing either", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const { slug } = await desk.session();
    write(desk.core.home.sessions, {
      [`${slug}.json`]: "{}",
      "base.json": "{}",
      "pm-agent.json": "{}",
    });
    await desk.core.sessions.claimSlug("base");
    mkdirSync(join(desk.core.home.agents, "base"));
    mkdirSync(join(desk.core.home.agents, "pm-agent"));
    const before = remains(desk);
    expect(await look(desk)).toEqual([]);
    expect(await force(desk)).toEqual([]);
    expect(remains(desk)).toEqual(before);
  });

  test("and what a turn has made that has no session yet, as long as it holds its lease", async () => {
    await using desk = await openDesk();
    mkdirSync(desk.path);
    const { leases } = desk.leases;
    const owner = currentOwner("a turn");
    await leases.acquire({ resource: REF, kind: "dev", owner });
    expect(await force(desk)).toEqual([]);
    await leases.release(REF, owner.marker);
    expect(kinds(await force(desk))).toEqual(["worktree"]);
    expect(existsSync(desk.path)).toBe(false);
  });
});

describe.concurrent("a worktree that no session has", () => {
  test("is named with what it holds, and nothing is touched without force", async () => {
    const { desk } = await lost();
    await using _ = desk;
    const pruned = await look(desk);
    expect(kinds(pruned)).toEqual(["worktree", "private_repository", "agent_data"]);
    expect(works(pruned)).toEqual([{ commits: 1, uncommitted: true, unreadable: false }]);
    expect(pruned[0]?.outcome).toBe("found");
    expect(pruned[0]?.orphans[0]).toMatchObject({ ref: REF, path: desk.path });
    expect(await look(desk)).toEqual(pruned);
    expect(await desk.kept()).toEqual([]);
  });

  test("goes by force, after its work was kept under a ref", async () => {
    const { desk, sha } = await lost();
    await using _ = desk;
    const pruned = await force(desk);
    expect(keptBy(pruned)).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
    expect(remains(desk)).toEqual([]);
    const [work] = await desk.kept();
    const mirror = await desk.fetch();
    expect(work?.ref).toBe(REF);
    expect(await mirror.contains(sha, work?.sha ?? "")).toBe(true);
    expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBe("not committed\n");
    expect(await look(desk)).toEqual([]);
  });

  test("keeps nothing of what is on the forge", async () => {
    await using desk = await openDesk();
    await desk.firstTurn();
    await desk.fetch();
    await desk.core.sessions.remove(REF);
    expect(works(await look(desk))).toEqual([CLEAN]);
    expect(keptBy(await force(desk))).toEqual([]);
    expect(await desk.kept()).toEqual([]);
  });

  test.each<[string, (desk: Desk) => void]>([
    ["its link to the repository was removed", ({ path }) => rmSync(join(path, ".git"))],
    [
      "it was removed, and the repository is there",
      ({ path }) => rmSync(path, { recursive: true }),
    ],
    ["it moved its commit to another branch", ({ path }) => sh(path, "checkout", "-q", "-b", "x")],
  ])("has its commit kept also when %s", async (_, harm) => {
    const { desk, sha } = await lost();
    await using __ = desk;
    harm(desk);
    await force(desk);
    const mirror = await desk.fetch();
    const found = (await desk.kept()).map(async (work) => mirror.contains(sha, work.sha));
    expect(await Promise.all(found)).toContain(true);
    expect(remains(desk)).toEqual([]);
  });

  test("is moved aside whole when it is not certain which mirror it belongs to", async () => {
    const { desk } = await lost();
    await using _ = desk;
    const slug = await desk.core.sessions.claimSlug(REF);
    const alternates = join(desk.core.git.privatePath(slug), "objects/info/alternates");
    const own = readFileSync(alternates, "utf8");
    writeFileSync(alternates, own.replace(/mirrors\/.*/, "mirrors/another.git/objects"));
    const [name = ""] = keptBy(await force(desk));
    expect(name).toMatch(/^aside\//);
    const aside = join(desk.core.home.root, name);
    expect(readFileSync(join(aside, "worktree/left.txt"), "utf8")).toBe("not committed\n");
    expect(existsSync(join(aside, "repository.git"))).toBe(true);
    expect(await desk.kept()).toEqual([]);
    expect(remains(desk)).toEqual([]);
  });

  test("is moved aside when it borrows from the mirror of another repository, which gets nothing of it", async () => {
    const { desk } = await lost();
    await using _ = desk;
    const url = desk.url;
    const key = await desk.core.sessions.claimSlug("git.example.com:3000/eve/secret");
    const other = await desk.core.git.mirror({ key, url });
    const slug = await desk.core.sessions.claimSlug(REF);
    const alternates = join(desk.core.git.privatePath(slug), "objects/info/alternates");
    writeFileSync(alternates, `${desk.core.git.objectsPath(key)}\n`);
    expect(keptBy(await force(desk))).toEqual([expect.stringMatching(/^aside\//)]);
    expect(await desk.core.git.kept(other)).toEqual([]);
  });

  test("and is a plain clone of somebody's goes aside, whatever its name is", async () => {
    await using desk = await openDesk();
    const path = join(desk.core.home.worktrees, "github.com-ann-calc-3");
    sh(desk.core.home.root, "clone", "-q", desk.upstream, path);
    write(path, { "work.txt": "work\n" });
    commitAll(path, "Mine");
    expect(works(await look(desk))).toEqual([{ ...CLEAN, commits: 1 }]);
    expect(keptBy(await force(desk))).toEqual([expect.stringMatching(/^aside\/github/)]);
    expect(remains(desk)).toEqual([]);
    // The name is free again for whom it is meant.
    expect(await desk.core.sessions.claimSlug("github.com/ann/calc#3")).toBe(
      "github.com-ann-calc-3",
    );
  });

  test("with a name that no session can have goes aside, and an empty one goes", async () => {
    await using desk = await openDesk();
    const { worktrees } = desk.core.home;
    write(worktrees, { "-rf \u001b[31m/x": "x", file: "plain" });
    mkdirSync(join(worktrees, "empty"));
    expect(keptBy(await force(desk))).toHaveLength(2);
    expect(remains(desk)).toEqual([]);
    expect(readdirSync(join(desk.core.home.root, "aside"))).toHaveLength(2);
  });

  test("with a repository that no session can have: it goes aside, and no other worktree does", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const { slug } = await desk.session();
    const { root, worktrees, private: repositories } = desk.core.home;
    const strange = [".git", "..git", "...git", ".git.heads.json"];
    for (const name of strange) write(repositories, { [`${name}/HEAD`]: "" });
    write(repositories, { "-x.git/HEAD": "ref: x\n", "-y.git": "a file" });
    write(worktrees, { "-x/work.txt": "work\n" });
    const pruned = await force(desk);
    expect(pruned.map(({ outcome }) => outcome)).toEqual(["removed", "removed"]);
    expect(readdirSync(worktrees)).toEqual([slug]);
    expect(readdirSync(repositories).toSorted()).toEqual(
      [...strange, `${slug}.git`, `${slug}.git.heads.json`].toSorted(),
    );
    const [x = "", y = ""] = keptBy(pruned);
    expect(readFileSync(join(root, x, "worktree/work.txt"), "utf8")).toBe("work\n");
    expect(readFileSync(join(root, x, "repository.git/HEAD"), "utf8")).toBe("ref: x\n");
    expect(readFileSync(join(root, y, "repository.git"), "utf8")).toBe("a file");
    expect(await look(desk)).toEqual([]);
  });

  test("goes aside also when its name is as long as a name can be", async () => {
    await using desk = await openDesk();
    const { root, worktrees, private: repositories } = desk.core.home;
    const lengths = [200, 238, 244, 245, 255];
    for (const length of lengths) write(worktrees, { [`${"a".repeat(length)}/x`]: "x\n" });
    for (const length of [240, 251])
      write(repositories, { [`${"b".repeat(length)}.git/x`]: "x\n" });
    const pruned = await force(desk);
    expect(pruned.map(({ outcome, failure }) => failure ?? outcome)).toEqual(
      Array.from({ length: 7 }, () => "removed"),
    );
    expect(remains(desk)).toEqual([]);
    expect(new Set(keptBy(pruned)).size).toBe(7);
    for (const name of keptBy(pruned)) expect(existsSync(join(root, name))).toBe(true);
  });

  test("has its work kept under a ref as well when its name is that long", async () => {
    const { desk, sha } = await lost();
    await using _ = desk;
    const slug = await desk.core.sessions.claimSlug(REF);
    const long = `${slug}-${"a".repeat(240 - slug.length - 1)}`;
    renameSync(desk.path, join(desk.core.home.worktrees, long));
    renameSync(desk.core.git.privatePath(slug), desk.core.git.privatePath(long));
    const kept = keptBy(await force(desk));
    expect(kept).toContainEqual(expect.stringMatching(/^refs\/kugetsu\/kept\//));
    const mirror = await desk.fetch();
    const found = (await desk.kept()).map(async (work) => mirror.contains(sha, work.sha));
    expect(await Promise.all(found)).toContain(true);
    expect(remains(desk)).toEqual([]);
  });

  test("with what an agent planted runs nothing of it outside of its box", async () => {
    const { desk } = await lost();
    await using _ = desk;
    sh(desk.path, "config", "core.fsmonitor", `touch ${desk.path}-ran; false`);
    sh(desk.path, "config", "filter.x.clean", "false");
    rmSync(join(desk.path, "left.txt"));
    symlinkSync("/etc/passwd", join(desk.path, "left.txt"));
    await force(desk);
    const [work] = await desk.kept();
    const mirror = await desk.fetch();
    expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBeUndefined();
    expect(remains(desk)).toEqual([]);
  });
});

test.concurrent("links are removed, and never followed", async () => {
  await using desk = await openDesk();
  const { home } = desk.core;
  const outside = join(home.root, "..", "outside");
  write(outside, { "precious.txt": "precious\n", "worktrees/x/gitdir": "/nowhere\n" });
  for (const [directory, name] of [
    [home.worktrees, "link"],
    [home.private, "link.git"],
    [home.agents, "link"],
    [home.sessions, "link.json"],
  ] as const) {
    symlinkSync(outside, join(directory, name));
  }
  const pruned = await force(desk);
  expect(pruned.map(({ outcome }) => outcome)).toEqual(["removed", "removed"]);
  expect(remains(desk)).toEqual([]);
  expect(readdirSync(outside).toSorted()).toEqual(["precious.txt", "worktrees"]);
});

test.concurrent("session files, and temp directories of this home, go; what else is there stays", async () => {
  const root = mkdtempSync(join(tmpdir(), "kugetsu-temp-"));
  await using desk = await openDesk(undefined, { tempRoot: root });
  const { core } = desk;
  const slug = await core.sessions.claimSlug(REF);
  const mine = await issuePlace(core, slug, { ref: parseRef(REF) });
  write(mine.tempDir, { x: "mine" });
  await using other = await openDesk(undefined, { tempRoot: root });
  const theirs = await issuePlace(other.core, slug, { ref: parseRef(REF) });
  write(theirs.tempDir, { x: "theirs" });
  for (const name of ["photos", "base", slug]) mkdirSync(join(root, name));
  write(core.home.sessions, { "gone.json": "{}", "notes.txt": "mine" });
  expect(kinds(await force(desk))).toEqual(["temp_directory", "session_file"]);
  const left = ["base", "photos", slug, basename(theirs.tempDir)];
  expect(readdirSync(root).toSorted()).toEqual(left.toSorted());
  expect(readFileSync(join(theirs.tempDir, "x"), "utf8")).toBe("theirs");
  expect(readdirSync(core.home.sessions)).toEqual(["notes.txt"]);
  rmSync(root, { recursive: true });
});

test.concurrent("a half destroyed session is finished", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  await desk.core.sessions.patch(REF, { state: "destroying" });
  expect(kinds(await look(desk))).toEqual(["session"]);
  expect(kinds(await force(desk))).toEqual(["session"]);
  expect(await desk.core.sessions.list()).toEqual([]);
  expect(remains(desk)).toEqual([]);
});

test.concurrent("a registration goes when its worktree is gone, unless it stands on no branch", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const { core } = desk;
  const extra = join(core.home.root, "..", "extra");
  sh(desk.path, "worktree", "add", "-q", "-b", "more", `${extra}1`);
  sh(desk.path, "worktree", "add", "-q", "--detach", `${extra}2`);
  expect(await look(desk)).toEqual([]);
  rmSync(`${extra}1`, { recursive: true });
  rmSync(`${extra}2`, { recursive: true });
  expect(kinds(await force(desk))).toEqual(["registration"]);
  const { slug } = await desk.session();
  expect(readdirSync(join(core.git.privatePath(slug), "worktrees")).toSorted()).toEqual([
    "extra2",
    slug,
  ]);
  expect(sh(desk.path, "status", "--porcelain", "--branch")).toBe(`## ${BRANCH}`);
});

test.concurrent("locks and temporary files go when nobody has them open and they are no longer young", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const { home, git } = desk.core;
  const { slug } = await desk.session();
  const mirror = (await desk.fetch()).path;
  const paths = [
    join(mirror, "packed-refs.lock"),
    join(mirror, "refs/kugetsu/x.lock"),
    join(mirror, "objects/pack/tmp_pack_a"),
    join(git.privatePath(slug), "worktrees", slug, "index.lock"),
    join(home.env, "default.env.lock"),
    join(home.root, "index.json.2f1e7f0e-2c3b-4d4e-8f5a-000000000000.tmp"),
    join(home.tmp, "git-41943040-x"),
  ];
  for (const path of paths) write("/", { [path]: "" });
  // The directory of a dead process is no question of age.
  expect(kinds(await look(desk))).toEqual(["temp_file"]);
  // git holds some locks that it does not have open any more.
  const since = new Date(Date.now() - 5 * 60_000);
  for (const path of paths.slice(0, 2)) utimesSync(path, since, since);
  expect(kinds(await look(desk))).toEqual(["temp_file"]);
  for (const path of paths) utimesSync(path, 0, 0);
  expect(kinds(await look(desk)).toSorted()).toEqual([
    "lock",
    "lock",
    "lock",
    "lock",
    "temp_file",
    "temp_file",
    "temp_file",
  ]);
  await force(desk);
  expect(paths.filter((path) => existsSync(path))).toEqual([]);
});

test.concurrent("claims of dead processes go, and what those left running is ended", async () => {
  await using desk = await openDesk();
  const dead = { host: hostname(), pid: 41_943_040, processStartedAt: "0/1", marker: "dead" };
  const ended: string[] = [];
  const leases = {
    ...desk.leases,
    endLeftovers: async (of: readonly { marker: string }[]) => {
      ended.push(...of.map(({ marker }) => marker));
    },
  };
  await leases.leases.acquire({ resource: REF, kind: "dev", owner: dead });
  expect(await prune(desk.core, leases, { force: true })).toMatchObject([
    { orphans: [{ kind: "lease", ref: REF }], outcome: "removed" },
  ]);
  expect(ended).toEqual(["dead"]);
  expect(await leases.leases.live()).toEqual([]);
});

test.concurrent("a socket goes when nobody listens on it", async () => {
  await using desk = await openDesk();
  const path = join(desk.core.home.root, "kugetsu.sock");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await look(desk)).toEqual([]);
  // Node removes the file of a server that is closed: it is put back as a killed one leaves it.
  renameSync(path, `${path}.left`);
  await new Promise((resolve) => server.close(resolve));
  renameSync(`${path}.left`, path);
  expect(kinds(await force(desk))).toEqual(["socket"]);
  expect(existsSync(path)).toBe(false);
});

test.concurrent("of two at once one says that the other is at work", async () => {
  await using desk = await openDesk();
  await desk.leases.leases.acquire({
    resource: "prune",
    kind: "admin",
    owner: currentOwner("other"),
  });
  await expect(force(desk)).rejects.toMatchObject({ code: "conflict" });
  expect(await look(desk)).toEqual([]);
});
