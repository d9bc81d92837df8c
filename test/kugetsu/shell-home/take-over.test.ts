import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { anyStale } from "../../../src/kugetsu/db/stale-documents.ts";
import { noteShellHome } from "../../../src/kugetsu/shell-home/state.ts";
import {
  CREATED,
  issueFile,
  NAME,
  openShellDesk,
  REF,
  type ShellDesk,
  writeExample,
} from "./fixture.ts";

const TAKER = fileURLToPath(new URL("taker.ts", import.meta.url));

const SHM = "/dev/shm";
const OTHER_DISK = existsSync(SHM) && statSync(SHM).dev !== statSync(tmpdir()).dev;

function backupOf({ root }: ShellDesk): string {
  const names = readdirSync(join(root, "backup"));
  expect(names).toHaveLength(1);
  return join("backup", names[0] ?? "");
}

async function expectExample(desk: ShellDesk): Promise<void> {
  const backup = backupOf(desk);
  const clone = join(backup, "worktrees", NAME);
  expect(await desk.sessions().list()).toHaveLength(3);
  expect(await desk.sessions().get("base")).toMatchObject({
    kind: "base",
    opencodeSessionId: "ses_abc123",
    importedConversation: backup,
    createdAt: Date.parse(CREATED),
  });
  expect(await desk.sessions().get("pm-agent")).toMatchObject({
    opencodeSessionId: "ses_pm_xyz789",
  });
  expect(await desk.sessions().get(REF)).toMatchObject({
    kind: "forked",
    state: "idle",
    opencodeSessionId: "ses_xyz789",
    importedConversation: backup,
    importedClone: clone,
    worktreePath: join(desk.root, clone),
    createdAt: Date.parse(CREATED),
    tip: undefined,
  });
  expect(readFileSync(join(desk.root, clone, "work.txt"), "utf8")).toBe("work\n");
  expect(readdirSync(join(desk.root, "worktrees"))).toEqual([]);
  expect(anyStale(desk.database())).toBe(true);
}

describe("a home of the shell version", () => {
  test("is backed up and taken over with its sessions, once", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    const index = readFileSync(join(desk.root, "index.json"), "utf8");
    const { warnings } = await desk.takeOver();
    expect(warnings.at(-1)).toMatch(/taken over: 3 sessions, 1 with a clone/);
    await expectExample(desk);
    const backup = join(desk.root, backupOf(desk));
    expect(readFileSync(join(backup, "index.json"), "utf8")).toBe(index);
    for (const file of ["config", "env/default.env", "env/pm-agent.env", `sessions/${NAME}.json`])
      expect(statSync(join(backup, file)).mode & 0o777).toBe(0o600);
    expect(statSync(backup).mode & 0o777).toBe(0o700);

    await desk.sessions().remove(REF);
    expect((await desk.takeOver()).warnings).toEqual([]);
    expect(await desk.sessions().get(REF)).toBeUndefined();
  });

  test("gets its env files closed, and its dev agents' forge token named and never shown", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    const { warnings, home } = await desk.takeOver();
    expect(warnings.join("\n")).toContain("GITEA_TOKEN in env/default.env is withheld");
    expect(warnings.join("\n")).toContain("`kugetsu env set NAME - pm-agent`");
    expect(warnings.join("\n")).not.toMatch(/OPENAI|abc'|pm-agent\.env is withheld/);
    for (const file of ["default.env", "pm-agent.env"])
      expect(statSync(join(home.env, file)).mode & 0o777).toBe(0o600);
  });

  test("is taken over to its end by the next opening when it was killed in the middle", async () => {
    for (let time = 0; time < 5; time += 1) {
      const desk = openShellDesk();
      writeExample(desk);
      const child = fork(TAKER, [desk.root, desk.user]);
      await once(child, "message");
      for (let spin = 0; spin < time * 3; spin += 1) await new Promise(setImmediate);
      child.kill("SIGKILL");
      await once(child, "exit");
      await desk.takeOver();
      await expectExample(desk);
      expect(readdirSync(join(desk.root, "sessions"))).toEqual([]);
    }
  });

  test("is taken over by one of several that open it at once, and the others wait for that", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    desk.database();
    const children = [1, 2, 3].map(() => fork(TAKER, [desk.root, desk.user]));
    const told: unknown[] = [];
    for (const child of children) child.on("message", (message) => told.push(message));
    await Promise.all(children.map((child) => once(child, "exit")));
    expect(told.filter((message) => message === "over")).toHaveLength(3);
    expect(told.filter((message) => /taken over/.test(String(message)))).toHaveLength(1);
    await expectExample(desk);
  });

  test("is none when nothing is there, and is not looked for again", async () => {
    const desk = openShellDesk();
    mkdirSync(desk.root);
    expect((await desk.takeOver()).warnings).toEqual([]);
    desk.write("index.json", { base: "ses_a", issues: {} });
    expect((await desk.takeOver()).warnings).toEqual([]);
    expect(await desk.sessions().list()).toEqual([]);
  });

  test("is none when the database has sessions; files of another hand are copied all the same", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    await desk.sessions().put({ ref: "base", kind: "base" });
    const { warnings } = await desk.takeOver();
    expect(warnings).toEqual([expect.stringContaining("as they were they are in backup/shell-")]);
    expect(await desk.sessions().list()).toHaveLength(1);
    expect(existsSync(join(desk.root, backupOf(desk), "sessions", `${NAME}.json`))).toBe(true);
    expect(existsSync(join(desk.root, "worktrees", NAME))).toBe(true);
  });
});

describe("what is wrong in a home of the shell version is named and kept:", () => {
  test("a damaged index, whose sessions are found by their files", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    desk.write("index.json", '{"base": "ses_abc123", "issues": {');
    const { warnings } = await desk.takeOver();
    await expectExample(desk);
    const aside = readdirSync(desk.root).find((name) => name.startsWith("index.json.damaged-"));
    expect(warnings.join("\n")).toContain(`index.json is damaged and was kept as ${aside}`);
    expect(readFileSync(join(desk.root, aside ?? ""), "utf8")).toContain("ses_abc123");
  });

  test("a damaged or missing session file, whose clone is brought along all the same", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    const other = "git.example.com/ann/calc#15";
    desk.write("index.json", {
      base: "ses_abc123",
      pm_agent: "ses_pm_xyz789",
      issues: { [REF]: `${NAME}.json`, [other]: "git.example.com-ann-calc-15.json" },
    });
    desk.write(`sessions/${NAME}.json`, "");
    const { warnings } = await desk.takeOver();
    expect(warnings.join("\n")).toContain(`sessions/${NAME}.json is damaged`);
    expect(warnings.join("\n")).toContain(`${other} has no readable session file`);
    expect(await desk.sessions().get(REF)).toMatchObject({
      opencodeSessionId: undefined,
      importedConversation: undefined,
      importedClone: join(backupOf(desk), "worktrees", NAME),
    });
    expect(await desk.sessions().get(other)).toMatchObject({ importedClone: undefined });
  });

  test("a session file and a worktree that nobody names", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    const other = "git.example.com/ann/calc#-discuss";
    desk.write("sessions/else.json", issueFile(other));
    desk.write("sessions/empty.json", {});
    desk.write("worktrees/lonely/file.txt", "lonely");
    const { warnings } = await desk.takeOver();
    const said = warnings.join("\n");
    expect(said).toContain(`${other} stands in sessions/else.json, and not in index.json`);
    expect(said).toContain("sessions/empty.json is no issue's session file");
    expect(said).toContain("worktrees/lonely belongs to no session");
    expect(await desk.sessions().get(other)).toBeDefined();
    const lonely = join(desk.root, backupOf(desk), "worktrees/lonely/file.txt");
    expect(readFileSync(lonely, "utf8")).toBe("lonely");
    expect(readdirSync(join(desk.root, "sessions"))).toEqual([]);
  });

  test("refs, ids and paths of a stranger's, none of which leads out of the home", async () => {
    const desk = openShellDesk();
    const precious = join(desk.user, "precious");
    mkdirSync(precious);
    writeFileSync(join(precious, "file"), "precious");
    desk.write("index.json", {
      base: "--help",
      pm_agent: 7,
      issues: {
        "../../etc/x#1": "x.json",
        [REF]: "../../precious/file",
        "git.example.com/ann/calc#15": `${NAME}.json`,
      },
    });
    desk.write(
      `sessions/${NAME}.json`,
      issueFile(REF, { worktree_path: precious, opencode_session_id: "-rf" }),
    );
    symlinkSync(precious, join(desk.root, "sessions", "link.json"));
    mkdirSync(join(desk.root, "worktrees"));
    symlinkSync(precious, join(desk.root, "worktrees", "git.example.com-ann-calc-15"));
    const { warnings } = await desk.takeOver();
    const said = warnings.join("\n");
    expect(said).toContain('its entry "../../etc/x#1" is none');
    expect(said).toContain("its opencode session id is none");
    expect(said).toContain(`its worktree ${JSON.stringify(precious)} is none of kugetsu's`);
    expect(said).toContain("sessions/link.json is damaged");
    expect((await desk.sessions().list()).map(({ ref }) => ref).toSorted()).toEqual(
      [REF, "git.example.com/ann/calc#15"].toSorted(),
    );
    expect(await desk.sessions().get(REF)).toMatchObject({
      opencodeSessionId: undefined,
      importedClone: undefined,
      worktreePath: undefined,
    });
    expect(readFileSync(join(precious, "file"), "utf8")).toBe("precious");
    expect(statSync(precious).mode & 0o777).not.toBe(0o700);
  });
});

describe("what stands in the way of it:", () => {
  test("is named with its code, and the next opening goes on", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    desk.write("backup", "in the way");
    await expect(desk.takeOver()).rejects.toMatchObject({
      code: "unavailable",
      message: `The shell version's home cannot be taken over: ${join(desk.root, "backup")} (EEXIST).`,
      hint: expect.stringContaining("goes on with it") as string,
    });
    rmSync(join(desk.root, "backup"));
    await desk.takeOver();
    await expectExample(desk);
  });

  test.each<[string, (path: string) => void]>([
    ["a directory", (path) => mkdirSync(path)],
    ["a pipe", (path) => void execFileSync("mkfifo", [path])],
    [
      "no database, with somebody in it",
      (path) => {
        writeFileSync(path, "none");
        writeFileSync(`${path}-shm`, "");
      },
    ],
  ])("%s in place of opencode's database costs the conversations alone", async (_, make) => {
    const desk = openShellDesk();
    writeExample(desk);
    const data = join(desk.user, ".local/share/opencode");
    mkdirSync(data, { recursive: true });
    make(join(data, "opencode.db"));
    const { warnings } = await desk.takeOver();
    await expectExample(desk);
    expect(warnings.filter((warning) => warning.includes("begin anew"))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^${join(data, "opencode.db")} cannot be copied \\((not a regular file|SQLITE_\\w+)\\): `,
        ),
      ),
    ]);
    expect(readdirSync(join(desk.root, backupOf(desk)))).not.toContain("opencode.part");
  });
});

/** A home whose take-over was cut off after the backup. */
function openBegun() {
  const desk = openShellDesk();
  writeExample(desk);
  const backup = "backup/shell-then";
  desk.database().write((tx) => noteShellHome(tx, { state: "begun", backup }));
  const copied = join(desk.root, backup);
  mkdirSync(copied, { recursive: true });
  for (const name of ["index.json", "sessions"])
    cpSync(join(desk.root, name), join(copied, name), { recursive: true });
  return { ...desk, clones: join(copied, "worktrees"), worktrees: join(desk.root, "worktrees") };
}

describe("a clone that", () => {
  test("was copied whole and is half removed is what was copied", async () => {
    const desk = openBegun();
    cpSync(desk.worktrees, desk.clones, { recursive: true });
    renameSync(join(desk.worktrees, NAME), join(desk.worktrees, `${NAME}#copied`));
    rmSync(join(desk.worktrees, `${NAME}#copied`, "work.txt"));
    await desk.takeOver();
    await expectExample(desk);
    expect(readdirSync(desk.clones)).toEqual([NAME]);
  });

  test("was copied and not put in its place yet is moved", async () => {
    const desk = openBegun();
    cpSync(join(desk.worktrees, NAME), join(desk.clones, `${NAME}.part`), { recursive: true });
    renameSync(join(desk.worktrees, NAME), join(desk.worktrees, `${NAME}#copied`));
    await desk.takeOver();
    await expectExample(desk);
    expect(readdirSync(desk.clones)).toContain(NAME);
  });

  test("the shell version made after another was moved is kept beside that", async () => {
    const desk = openBegun();
    cpSync(desk.worktrees, desk.clones, { recursive: true });
    writeFileSync(join(desk.worktrees, NAME, "work.txt"), "further\n");
    const { warnings } = await desk.takeOver();
    await expectExample(desk);
    expect(readFileSync(join(desk.clones, `${NAME}-2`, "work.txt"), "utf8")).toBe("further\n");
    expect(warnings.join("\n")).toContain(`worktrees/${NAME}-2 belongs to no session`);
  });

  test.runIf(OTHER_DISK)("lies on another file system comes from there", async () => {
    const other = mkdtempSync(join(SHM, "kugetsu-test-"));
    onTestFinished(() => rmSync(other, { recursive: true, force: true }));
    const desk = openBegun();
    renameSync(desk.worktrees, `${desk.worktrees}-aside`);
    cpSync(`${desk.worktrees}-aside`, other, { recursive: true });
    symlinkSync(other, desk.worktrees);
    await desk.takeOver();
    await expectExample(desk);
    expect(readdirSync(other)).toEqual([]);
  });
});

test("settings that are links are in the backup as what they lead to", async () => {
  const desk = openShellDesk();
  writeExample(desk);
  const elsewhere = join(desk.user, "dotfiles");
  mkdirSync(elsewhere);
  const files = ["config", "env/default.env"];
  for (const file of files) {
    renameSync(join(desk.root, file), join(elsewhere, basename(file)));
    symlinkSync(join(elsewhere, basename(file)), join(desk.root, file));
  }
  symlinkSync(join(desk.user, "nowhere"), join(desk.root, "repos.json"));
  symlinkSync(elsewhere, join(desk.root, "env", "directory.env"));
  chmodSync(join(elsewhere, "config"), 0o644);
  const texts = files.map((file) => readFileSync(join(desk.root, file), "utf8"));
  await desk.takeOver();
  const backup = join(desk.root, backupOf(desk));
  expect(files.map((file) => readFileSync(join(backup, file), "utf8"))).toEqual(texts);
  for (const file of files) {
    expect(lstatSync(join(backup, file)).isFile()).toBe(true);
    expect(statSync(join(backup, file)).mode & 0o777).toBe(0o600);
  }
  expect(statSync(join(elsewhere, "config")).mode & 0o777).toBe(0o644);
  for (const file of ["repos.json", "env/directory.env"])
    expect(lstatSync(join(backup, file)).isSymbolicLink()).toBe(true);
});

const origin = (desk: ShellDesk, url: string) =>
  desk.write(
    `worktrees/${NAME}/.git/config`,
    `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n`,
  );

describe("where a clone came from", () => {
  test("goes into repos.json without a password when the ref does not say so, beside what is there", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    desk.write("repos.json", {
      "git.example.com/ann other#1": "https://elsewhere.example.com/other.git",
    });
    origin(desk, "http://ann:s3cret@git.example.com/ann/calc.git");
    const { warnings, home } = await desk.takeOver();
    expect(JSON.parse(readFileSync(home.repos, "utf8"))).toEqual({
      "git.example.com/ann other#1": "https://elsewhere.example.com/other.git",
      "git.example.com/ann/calc": "http://git.example.com/ann/calc.git",
    });
    expect(warnings.join("\n")).not.toContain("s3cret");
  });

  test.each([
    "https://git.example.com/ann/calc.git",
    "https://evil.example.com/ann/calc.git",
    "https://git.example.com/eve/calc.git",
    "http://git.example.com/ann/calc2",
    "http://git.example.com/eve/../ann%2fcalc.git",
    "http://git.example.com/sub/ann/calc.git",
    "/home/ann/private",
    "ext::sh -c touch% pwned",
  ])("does not: %s", async (url) => {
    const desk = openShellDesk();
    writeExample(desk);
    origin(desk, url);
    const { home } = await desk.takeOver();
    expect(existsSync(home.repos)).toBe(false);
  });

  test("does not when repos.json names the repository already", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    const named = { "git.example.com/ann calc#14": "https://custom.example.com/calc.git" };
    desk.write("repos.json", named);
    origin(desk, "http://git.example.com/ann/calc.git");
    const { home } = await desk.takeOver();
    expect(JSON.parse(readFileSync(home.repos, "utf8"))).toEqual(named);
  });
});

const idsIn = (file: string) => {
  const client = new Sqlite(file, { readonly: true });
  try {
    return client.prepare("SELECT id FROM session").pluck().all();
  } finally {
    client.close();
  }
};

describe("the user's own opencode data", () => {
  const data = ".local/share/opencode";
  const copy = (desk: ShellDesk) => join(desk.root, backupOf(desk), "opencode/home", data);

  function makeDatabase(desk: ShellDesk): Sqlite.Database {
    mkdirSync(join(desk.user, data), { recursive: true });
    const client = new Sqlite(join(desk.user, data, "opencode.db"));
    client.pragma("journal_mode = WAL");
    client.exec("CREATE TABLE session (id TEXT); INSERT INTO session VALUES ('ses_xyz789')");
    return client;
  }

  test("is copied, and nothing is written beside it", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    makeDatabase(desk).close();
    const before = readdirSync(join(desk.user, data));
    await desk.takeOver();
    expect(readdirSync(join(desk.user, data))).toEqual(before);
    expect(idsIn(join(copy(desk), "opencode.db"))).toEqual(["ses_xyz789"]);
  });

  test("is copied whole while somebody has it open", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    const open = makeDatabase(desk);
    try {
      await desk.takeOver();
      expect(idsIn(join(copy(desk), "opencode.db"))).toEqual(["ses_xyz789"]);
    } finally {
      open.close();
    }
  });

  test("is read from its files where an old opencode had no database", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    const put = (path: string, value: unknown) => {
      const file = join(desk.user, data, "storage", path);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, JSON.stringify(value));
    };
    put("message/ses_xyz789/msg_1.json", { id: "msg_1", role: "user", time: { created: 1 } });
    put("message/ses_xyz789/msg_2.json", { id: "msg_2", role: "assistant", time: { created: 2 } });
    put("message/ses_xyz789/msg_3.json", "damaged");
    put("part/msg_1/prt_1.json", { id: "prt_1", type: "text", text: "Mend it." });
    put("part/msg_2/prt_2.json", { id: "prt_2", type: "snapshot" });
    put("part/msg_2/prt_3.json", { id: "prt_3", type: "text", text: "Mended." });
    await desk.takeOver();
    const kept = join(desk.root, backupOf(desk), "conversations/ses_xyz789.json");
    expect(JSON.parse(readFileSync(kept, "utf8"))).toMatchObject({
      messages: [
        { info: { id: "msg_1", agent: "build" }, parts: [{ text: "Mend it." }] },
        { info: { id: "msg_2", parentID: "msg_1" }, parts: [{ text: "Mended." }] },
      ],
    });
  });

  test("is missed where it is not there", async () => {
    const desk = openShellDesk();
    writeExample(desk);
    expect((await desk.takeOver()).warnings.join("\n")).toContain("there is no opencode data in");
  });
});
