import { existsSync, mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { createSessionStore, type SessionStore } from "../../src/kugetsu/db/sessions.ts";
import { createQueue, existing, newJob, type Queue, queued } from "../jobs/queue.ts";
import { openDesk } from "../kugetsu/session/core.ts";
import { REF } from "../kugetsu/git/fixture.ts";
import { kugetsu, temporaryHome } from "./program.ts";

const { ref } = newJob(1);
const PM = "pm:localhost:3000/ann/app";
const DEAD = { host: hostname(), pid: 41_943_040, processStartedAt: "0/1", marker: "dead" };

let home: string;
let queue: Queue;
let sessions: SessionStore;
beforeEach(async () => {
  home = temporaryHome();
  mkdirSync(home, { mode: 0o700 });
  queue = createQueue(join(home, "kugetsu.db"));
  sessions = createSessionStore(queue.db);
  await sessions.put({ ref: "base", kind: "base" });
  await sessions.put({ ref: "pm-agent", kind: "pm_agent" });
  await sessions.put({ ref: PM, kind: "pm" });
  await sessions.put({ ref, kind: "forked" });
});

const destroy = (...args: string[]) => kugetsu(home, ["destroy", ...args]);
const left = async () => (await sessions.list()).map((session) => session.ref).toSorted();

describe("without a terminal", () => {
  test("it refuses without -y, and changes nothing", async () => {
    const { exitCode, stdout, stderr } = await destroy(ref);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("There is no terminal to ask in; nothing was changed.\n  -y goes on");
    expect(await left()).toHaveLength(4);
  });

  test("with -y the session goes, and the orders that wait for it are taken back", async () => {
    const id = await queued(queue.store, newJob(1));
    const other = await queued(queue.store, newJob(2));
    const { exitCode, stdout, stderr } = await destroy(ref, "-y");
    expect([exitCode, stdout]).toEqual([0, `Destroyed ${ref}. Took back 1 waiting order.`]);
    expect(stderr).toContain("No server runs: the next one tells it in the issue.");
    expect(await left()).toEqual(["base", PM, "pm-agent"].toSorted());
    expect(await existing(queue.store, id)).toMatchObject({ state: "stopped" });
    expect(await existing(queue.store, other)).toMatchObject({ state: "queued" });
    expect(await queue.leases.live()).toEqual([]);
    expect(await destroy(ref, "-y")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`There is no session for ${ref}.`) as string,
    });
  });
});

test("it refuses while a turn of it runs, and nothing is taken back", async () => {
  const id = await queued(queue.store, newJob(1));
  await queue.leases.acquire({ resource: ref, kind: "dev", owner: queue.owner });
  const { exitCode, stderr } = await destroy(ref, "-y");
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    `A turn of ${ref} runs.\n  \`kugetsu logs ${ref}\` shows it, \`kugetsu stop ${ref}\` ends it.`,
  );
  expect(await existing(queue.store, id)).toMatchObject({ state: "queued" });
  expect(await left()).toHaveLength(4);
});

test("a dead process holds nothing back, and its order is over", async () => {
  const id = await queued(queue.store, newJob(1));
  await queue.store.claim({ owner: DEAD, caps: { dev: 1, pm: 1 } });
  expect(await destroy(ref, "-y")).toMatchObject({ exitCode: 0 });
  expect(await existing(queue.store, id)).toMatchObject({ state: "stopped" });
  expect(await left()).not.toContain(ref);
});

describe("what is not of one issue goes by its own option", () => {
  test("--pm-agent: the PM agent and the PM sessions of the repositories", async () => {
    const { stdout } = await destroy("--pm-agent", "-y", "--json");
    expect(JSON.parse(stdout)).toEqual({ destroyed: ["pm-agent", PM], kept: [], taken_back: 0 });
    expect(await left()).toEqual(["base", ref].toSorted());
  });

  test("--base: the PM agents as well, and no session of an issue", async () => {
    expect(await destroy("--base", "--yes")).toMatchObject({ exitCode: 0 });
    expect(await left()).toEqual([ref]);
    expect(await destroy("--base", "-y")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("There is no base session.") as string,
    });
  });

  test("and nothing at all goes while one of them is at work", async () => {
    await queue.leases.acquire({ resource: PM, kind: "pm", owner: queue.owner });
    expect(await destroy("--base", "-y")).toMatchObject({ exitCode: 1 });
    expect(await left()).toHaveLength(4);
  });
});

test.each<[string[], string]>([
  [[], "`destroy` needs an issue ref, --pm-agent or --base."],
  [[ref, "--base"], "`destroy` takes one of"],
  [["base"], "`kugetsu destroy --base`"],
  [["../../etc"], "Not an issue ref"],
])("%j is wrong usage", async (args, words) => {
  const { exitCode, stderr } = await destroy(...args, "-y");
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
});

test("a home that is not there is not made", async () => {
  const none = temporaryHome();
  expect(await kugetsu(none, ["destroy", ref, "-y"])).toMatchObject({ exitCode: 1 });
  expect(existsSync(none)).toBe(false);
});

test("it tells where unpushed work was kept", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  await desk.work({ "ours.txt": "ours\n" });
  const { root } = desk.core.home;
  const { stdout } = await kugetsu(root, ["destroy", REF, "-y"]);
  const [name] = await desk.core.git.kept(await desk.fetch());
  expect(stdout).toBe(
    `Destroyed ${REF}.\nKept its unpushed work, see \`kugetsu list --kept\`:\n  ${name?.name}`,
  );
  expect(existsSync(desk.path)).toBe(false);
});
