import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/kugetsu/db/database.ts";
import { moveRef } from "../../src/kugetsu/db/move-ref.ts";
import { noteShellHome } from "../../src/kugetsu/shell-home/state.ts";
import { createSessionStore } from "../../src/kugetsu/db/sessions.ts";
import { createQueue, newJob, type Queue, queued } from "../jobs/queue.ts";
import { openDesk } from "../kugetsu/session/core.ts";
import { REF } from "../kugetsu/git/fixture.ts";
import { destroySession } from "../../src/kugetsu/session/destroy.ts";
import { kugetsu, temporaryHome } from "./program.ts";

describe("without a home", () => {
  test("it says what to do next, and makes none", async () => {
    const home = temporaryHome();
    expect(await kugetsu(home, ["list"])).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: expect.stringContaining("`kugetsu init` makes") as string,
    });
    expect(await kugetsu(home, ["list", "--json"])).toMatchObject({ exitCode: 0, stdout: "[]" });
    expect(await kugetsu(home, ["list", "--kept", "--json"])).toMatchObject({ stdout: "[]" });
    expect(existsSync(home)).toBe(false);
  });
});

test("a database that is about to be made has no sessions", async () => {
  const home = temporaryHome();
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(join(home, "kugetsu.db"), "");
  expect(await kugetsu(home, ["list", "--json"])).toEqual({
    exitCode: 0,
    stdout: "[]",
    stderr: expect.stringContaining("`kugetsu init` makes") as string,
  });
  expect(await kugetsu(home, ["list", "--kept", "--json"])).toMatchObject({ stdout: "[]" });
});

describe("a home whose take-over was cut off is taken over to its end", () => {
  const session = { type: "forked", issue_ref: REF, opencode_session_id: "ses_1" };
  const NAME = "git.example.com-3000-ann-calc-14.json";
  let home: string;
  beforeEach(() => {
    home = temporaryHome();
    mkdirSync(join(home, "sessions"), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, "index.json"), JSON.stringify({ issues: { [REF]: NAME } }));
    writeFileSync(join(home, "sessions", NAME), JSON.stringify(session));
  });
  const listed = async () => {
    const { stdout } = await kugetsu(home, ["list", "--json"]);
    return (JSON.parse(stdout) as { issue_ref: string }[]).map(({ issue_ref }) => issue_ref);
  };

  test("before its database was one", async () => {
    writeFileSync(join(home, "kugetsu.db"), "");
    expect(await listed()).toEqual([REF]);
  });

  test("before it had begun", async () => {
    openDatabase(join(home, "kugetsu.db"))[Symbol.dispose]();
    expect(await listed()).toEqual([REF]);
  });

  test("in its middle", async () => {
    const backup = join("backup", "shell-2026");
    {
      using database = openDatabase(join(home, "kugetsu.db"));
      database.write((tx) => noteShellHome(tx, { state: "begun", backup }));
    }
    mkdirSync(join(home, backup), { recursive: true });
    renameSync(join(home, "index.json"), join(home, backup, "index.json"));
    renameSync(join(home, "sessions"), join(home, backup, "sessions"));
    expect(await listed()).toEqual([REF]);
    expect(await listed()).toEqual([REF]);
  });
});

describe("with sessions", () => {
  let home: string;
  let queue: Queue;
  beforeEach(async () => {
    home = temporaryHome();
    mkdirSync(home, { mode: 0o700 });
    queue = createQueue(join(home, "kugetsu.db"));
    const sessions = createSessionStore(queue.db);
    await sessions.put({ ref: "base", kind: "base", opencodeSessionId: "ses_abc" });
    await sessions.put({ ref: "pm-agent", kind: "pm_agent", opencodeSessionId: "ses_pm" });
    await sessions.put({
      ref: newJob(1).ref,
      kind: "forked",
      opencodeSessionId: "ses_1",
      worktreePath: "/w/one",
      branch: "fix/issue-1",
      state: "finished",
    });
    await sessions.put({ ref: "pm:localhost:3000/ann/app", kind: "pm" });
  });

  test("the documented columns come first, in their order", async () => {
    const { exitCode, stdout, stderr } = await kugetsu(home, ["list"]);
    const [names = "", rule = "", ...rows] = stdout.split("\n");
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(names.split(/ {2,}/)).toEqual([
      "ISSUE_REF",
      "TYPE",
      "SESSION_ID",
      "WORKTREE",
      "STATE",
      "BRANCH",
      "AGE",
      "LAST ACTIVITY",
    ]);
    expect(rule).toMatch(/^─+$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 6))).toEqual([
      ["(base)", "base", "ses_abc", "N/A", "idle", "-"],
      ["(pm-agent)", "pm_agent", "ses_pm", "N/A", "idle", "-"],
      ["localhost:3000/ann/app#1", "forked", "ses_1", "/w/one", "finished", "fix/issue-1"],
      ["(pm) localhost:3000/ann/app", "pm", "empty", "N/A", "idle", "-"],
    ]);
  });

  test("a session whose issue is closed is shown so, and how its last turn ended stays told", async () => {
    const closedAt = Date.parse("2026-03-01T12:00:00Z");
    await createSessionStore(queue.db).patch(newJob(1).ref, { closedAt });
    const { stdout } = await kugetsu(home, ["list"]);
    expect(stdout).toMatch(/app#1 .* closed +fix\/issue-1/);
    const listed = JSON.parse((await kugetsu(home, ["list", "--json"])).stdout) as unknown;
    expect(listed).toMatchObject([
      { closed_at: null },
      { closed_at: null },
      { state: "finished", closed_at: "2026-03-01T12:00:00.000Z" },
      { closed_at: null },
    ]);
  });

  test("a waiting order shows, also that of an issue without a session", async () => {
    await queued(queue.store, newJob(1));
    await queued(queue.store, newJob(2));
    const { stdout } = await kugetsu(home, ["list", "--json"]);
    const listed = JSON.parse(stdout) as { issue_ref: string | null; state: string }[];
    const issues = listed.filter((one) => one.issue_ref !== null);
    expect(issues).toMatchObject([
      {
        issue_ref: newJob(1).ref,
        type: "forked",
        state: "waiting",
        opencode_session_id: "ses_1",
        worktree_path: "/w/one",
        branch: "fix/issue-1",
        repository: "localhost:3000/ann/app",
        created_at: new Date(issues.length === 0 ? 0 : createdAt(issues[0])).toISOString(),
      },
      { issue_ref: newJob(2).ref, type: "forked", state: "waiting", opencode_session_id: null },
    ]);
  });
});

const createdAt = (one: unknown) => (one as { created_at: string }).created_at;

test("kept work is found under the name that its repository has now", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  await desk.work({ "ours.txt": "ours\n" });
  const { kept } = await destroySession(desk.core, REF);
  desk.database.write((tx) =>
    moveRef(tx, "git.example.com:3000/ann/calc", "git.example.com:3000/bob/abacus.9"),
  );
  const { stdout } = await kugetsu(desk.core.home.root, ["list", "--kept", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      issue_ref: "git.example.com:3000/bob/abacus#14",
      repository: "git.example.com:3000/bob/abacus",
      ref: kept[0],
    },
  ]);
});

test("kept work is named with how to look at it", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const sha = await desk.work({ "ours.txt": "ours\n" });
  const { kept } = await destroySession(desk.core, REF);
  const { root } = desk.core.home;
  const [name = ""] = kept;
  const { stdout } = await kugetsu(root, ["list", "--kept"]);
  const mirror = (await desk.fetch()).path;
  expect(stdout).toMatch(/^git\.example\.com:3000\/ann\/calc#14 {2}20\S+Z {2}The agent's work\n/);
  expect(stdout).toContain(`    git -C ${mirror} log '${name}'`);
  const json = JSON.parse((await kugetsu(root, ["list", "--kept", "--json"])).stdout) as unknown;
  expect(json).toMatchObject([
    {
      issue_ref: REF,
      repository: "git.example.com:3000/ann/calc",
      sha,
      ref: name,
      mirror,
      path: null,
    },
  ]);
});

describe("a home that cannot be one is named, by every command that looks for it:", () => {
  const commands = [[["list"]], [["list", "--kept"]], [["status"]]];

  test.each(commands)("a file, %j", async (args) => {
    const home = temporaryHome();
    writeFileSync(home, "");
    expect(await kugetsu(home, args)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining(`kugetsu: ${home} is not a directory.`) as string,
    });
  });

  test.runIf(process.getuid?.() === 0).each(commands)(
    "a directory of another user, %j",
    async (args) => {
      const home = temporaryHome();
      mkdirSync(home);
      chownSync(home, 4711, 4711);
      expect(await kugetsu(home, args)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(`${home} belongs to another user.`) as string,
      });
    },
  );

  test.skipIf(process.getuid?.() === 0).each(commands)(
    "a directory that may not be looked into, %j",
    async (args) => {
      const home = temporaryHome();
      mkdirSync(home, { mode: 0 });
      const { exitCode, stderr } = await kugetsu(home, args);
      chmodSync(home, 0o700);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^kugetsu: .* cannot be opened \(EACCES\)\.\n {2}Run kugetsu as/);
    },
  );
});

test("a clone of the shell version's is kept work once no session goes on from it", async () => {
  await using desk = await openDesk();
  const { sessions, home } = desk.core;
  const worktrees = "backup/shell-2026-01-02T03-04-05-678Z/worktrees";
  const { slug } = await sessions.put({ ref: REF, kind: "forked" });
  const clone = `${worktrees}/${slug}`;
  await sessions.patch(REF, { importedClone: clone });
  mkdirSync(join(home.root, clone), { recursive: true });
  mkdirSync(join(home.root, worktrees, "copying.part"));
  const list = (...args: string[]) => kugetsu(home.root, ["list", "--kept", ...args]);
  expect((await list()).stdout).toBe("");
  await destroySession(desk.core, REF);
  const path = join(home.root, clone);
  expect((await list()).stdout).toBe(
    `${REF}  2026-01-02T03:04:05.678Z  the shell version's clone, as it was\n    ls ${path}`,
  );
  expect(JSON.parse((await list("--json")).stdout)).toMatchObject([
    { issue_ref: REF, kept_at: "2026-01-02T03:04:05.678Z", sha: null, path },
  ]);
});

test("wrong arguments are wrong usage", async () => {
  const { exitCode, stderr } = await kugetsu(temporaryHome(), ["list", "all"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("There is one argument too many");
});
