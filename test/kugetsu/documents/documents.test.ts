import { fork } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../src/kugetsu/db/database.ts";
import { createSessionStore } from "../../../src/kugetsu/db/sessions.ts";
import { anyStale, noteAllStale } from "../../../src/kugetsu/db/stale-documents.ts";
import { createDocuments, documented } from "../../../src/kugetsu/documents/documents.ts";
import { indexDocument, sessionDocument } from "../../../src/kugetsu/documents/form.ts";
import { openHome } from "../../../src/kugetsu/home.ts";

const REF = "github.com/shoko/kugetsu#14";
const FILE = "github.com-shoko-kugetsu-14.json";
const CHANGER = fileURLToPath(new URL("changer.ts", import.meta.url));

async function openDesk(root = mkdtempSync(join(tmpdir(), "kugetsu-documents-"))) {
  const home = await openHome(root);
  const database = openDatabase(home.database);
  const stored = createSessionStore(database);
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const documents = createDocuments({ home, database, sessions: stored, warn });
  onTestFinished(() => {
    database[Symbol.dispose]();
    rmSync(root, { recursive: true, force: true });
  });
  const path = (file: string) => join(home.sessions, file);
  return {
    home,
    database,
    stored,
    sessions: documented(stored, documents),
    documents,
    warnings,
    path,
    json: (file: string) => JSON.parse(readFileSync(path(file), "utf8")) as unknown,
    index: () => JSON.parse(readFileSync(home.index, "utf8")) as unknown,
  };
}

/** Every file as the database says, and no other. */
async function expectConsistent(desk: Awaited<ReturnType<typeof openDesk>>): Promise<void> {
  const all = await desk.stored.list();
  const files = readdirSync(desk.home.sessions).toSorted();
  expect(files).toEqual(all.map(({ slug }) => `${slug}.json`).toSorted());
  for (const session of all) {
    const text = readFileSync(desk.path(`${session.slug}.json`), "utf8");
    expect(text).toBe(sessionDocument(session));
  }
  expect(readFileSync(desk.home.index, "utf8")).toBe(indexDocument(all));
  const names = readdirSync(desk.home.root);
  expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  expect(anyStale(desk.database)).toBe(false);
}

describe("a change of a session stands in the documented files", () => {
  test("in the documented form, for its owner alone", async () => {
    const desk = await openDesk();
    await desk.sessions.put({ ref: "base", kind: "base", opencodeSessionId: "ses_abc123" });
    await desk.sessions.put({ ref: "pm-agent", kind: "pm_agent", opencodeSessionId: "ses_pm" });
    await desk.sessions.put({
      ref: REF,
      kind: "forked",
      opencodeSessionId: "ses_xyz789",
      worktreePath: "/w/14",
      createdAt: Date.parse("2026-03-29T18:16:10+02:00"),
    });
    expect(desk.index()).toEqual({
      base: "ses_abc123",
      pm_agent: "ses_pm",
      issues: { [REF]: FILE },
    });
    expect(desk.json(FILE)).toEqual({
      type: "forked",
      issue_ref: REF,
      opencode_session_id: "ses_xyz789",
      worktree_path: "/w/14",
      created_at: expect.stringMatching(/^2026-03-29T\d\d:16:10[+-]\d\d:\d\d$/),
      state: "idle",
    });
    expect(desk.json("base.json")).toMatchObject({
      type: "base",
      opencode_session_id: "ses_abc123",
    });
    expect(desk.json("pm-agent.json")).toMatchObject({ type: "pm_agent" });
    for (const path of [desk.home.index, desk.path(FILE)])
      expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(desk.warnings).toEqual([]);
  });

  test("and a repository's PM agent in a file alone, since the index has no place for it", async () => {
    const desk = await openDesk();
    await desk.sessions.put({ ref: "pm:github.com/shoko/kugetsu", kind: "pm" });
    expect(desk.index()).toEqual({ base: null, pm_agent: null, issues: {} });
    expect(desk.json("pm-github.com-shoko-kugetsu.json")).toMatchObject({
      type: "pm",
      issue_ref: null,
      repository: "github.com/shoko/kugetsu",
    });
  });

  test("and goes with the session", async () => {
    const desk = await openDesk();
    await desk.sessions.put({ ref: REF, kind: "forked" });
    await desk.sessions.remove(REF);
    expect(desk.index()).toMatchObject({ issues: {} });
    expect(readdirSync(desk.home.sessions)).toEqual([]);
  });

  test("alone: no other file is written, and none for what they do not show", async () => {
    const desk = await openDesk();
    await desk.sessions.put({ ref: REF, kind: "forked" });
    await desk.sessions.put({ ref: "github.com/shoko/kugetsu#15", kind: "forked" });
    const files = () =>
      [desk.home.index, desk.path(FILE), desk.path("github.com-shoko-kugetsu-15.json")].map(
        (path) => statSync(path).ino,
      );
    const before = files();
    await desk.sessions.patch(REF, { tip: "a".repeat(40), lastActivityAt: 7 });
    expect(files()).toEqual(before);
    await desk.sessions.patch(REF, { state: "running" });
    expect(desk.json(FILE)).toMatchObject({ state: "running" });
    const [index, , other] = before;
    expect(files()).toEqual([index, expect.not.toSatisfy((ino) => ino === before[1]), other]);
  });
});

describe("the documented files", () => {
  test("are overwritten where somebody edited them, with the next change", async () => {
    const desk = await openDesk();
    await desk.sessions.put({ ref: REF, kind: "forked" });
    await writeFile(desk.home.index, "{");
    await writeFile(desk.path(FILE), "mine");
    await desk.sessions.patch(REF, { state: "failed" });
    await expectConsistent(desk);
    expect(desk.json(FILE)).toMatchObject({ state: "failed" });
  });

  test.each<[string, (path: string) => void]>([
    ["half a text", (path) => writeFileSync(path, '{"base": "ses_abc')],
    ["an empty file", (path) => writeFileSync(path, "")],
    ["a list", (path) => writeFileSync(path, "[]")],
    ["a directory", (path) => mkdirSync(path)],
  ])("are kept and written anew at a start where the index is %s", async (_, damage) => {
    const desk = await openDesk();
    await desk.sessions.put({ ref: REF, kind: "forked" });
    rmSync(desk.home.index);
    damage(desk.home.index);
    await desk.documents.recover();
    await expectConsistent(desk);
    const aside = readdirSync(desk.home.root).filter((name) => name.includes(".damaged-"));
    expect(aside).toEqual([expect.stringMatching(/^index\.json\.damaged-20/)]);
    expect(desk.warnings).toEqual([`${desk.home.index} is damaged and was kept as ${aside[0]}.`]);
    await desk.documents.recover();
    expect(desk.warnings).toHaveLength(1);
  });

  test("fail nobody when they cannot be written, and are written when they can be again", async () => {
    const desk = await openDesk();
    await rm(desk.home.sessions, { recursive: true });
    await writeFile(desk.home.sessions, "in the way");
    await desk.sessions.put({ ref: REF, kind: "forked" });
    expect(desk.warnings).toEqual([expect.stringMatching(/could not be written/)]);
    await rename(desk.home.sessions, `${desk.home.sessions}.aside`);
    mkdirSync(desk.home.sessions);
    await desk.documents.recover();
    await expectConsistent(desk);
  });

  test("are all written when all are stale, and what a killed process left half written goes", async () => {
    const desk = await openDesk();
    for (const number of [1, 2, 3])
      await desk.stored.put({ ref: `github.com/shoko/kugetsu#${number}`, kind: "forked" });
    desk.database.write(noteAllStale);
    const left = `${FILE}.7b0ff4c2-9a5c-4f0c-8b39-111111111111.tmp`;
    await writeFile(desk.path(left), "{");
    await writeFile(join(desk.home.root, left.replace(FILE, "index.json")), "{");
    await desk.documents.recover();
    await expectConsistent(desk);
    expect(readdirSync(desk.home.sessions)).toHaveLength(3);
  });

  test("agree with the database after several processes changed sessions at once", async () => {
    const desk = await openDesk();
    const children = ["a", "b", "c"].map((name) => fork(CHANGER, [desk.home.root, name, "12"]));
    const told: unknown[] = [];
    for (const child of children) child.on("message", (message) => told.push(message));
    await Promise.all(children.map((child) => once(child, "exit")));
    expect(told.filter((message) => message !== "round")).toEqual([]);
    expect(told).toHaveLength(36);
    await expectConsistent(desk);
  });

  test("agree with the database again after a kill at any moment, and the dead hold no lock", async () => {
    const desk = await openDesk();
    for (let time = 0; time < 6; time += 1) {
      const child = fork(CHANGER, [desk.home.root, "v", "100000"]);
      await once(child, "message");
      for (let spin = 0; spin < time; spin += 1) await new Promise(setImmediate);
      child.kill("SIGKILL");
      await once(child, "exit");
      await desk.documents.recover();
      await expectConsistent(desk);
    }
    // A lock that a dead process held would be one.
    expect(desk.warnings).toEqual([]);
  });
});
