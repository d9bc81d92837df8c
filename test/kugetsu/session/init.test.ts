import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { conversationOf, ensureBase, ensurePmAgent } from "../../../src/kugetsu/session/base.ts";
import { initInTerminal, type InitEvent } from "../../../src/kugetsu/session/init-in-terminal.ts";
import { occupy } from "../../../src/kugetsu/session/occupied.ts";
import { init } from "../../../src/kugetsu/session/init.ts";
import { openDesk } from "./core.ts";

test("where opencode makes no conversation yet, base session and PM agent are there without one", async () => {
  await using desk = await openDesk(undefined, { opencode: "exit 3" });
  expect(await init(desk.core, {})).toEqual({ base: undefined, pmAgent: undefined });
  const sessions = await desk.core.sessions.list();
  expect(sessions.map(({ ref, kind }) => [ref, kind])).toEqual([
    ["base", "base"],
    ["pm-agent", "pm_agent"],
  ]);
});

test("a base session that is there is not replaced unasked", async () => {
  await using desk = await openDesk();
  await desk.core.sessions.put({ ref: "base", kind: "base", opencodeSessionId: "ses_1" });
  await desk.core.sessions.put({ ref: "pm-agent", kind: "pm_agent" });
  await expect(init(desk.core, {})).rejects.toMatchObject({
    code: "conflict",
    hint: expect.stringContaining("--force") as string,
  });
  expect(await desk.core.sessions.get("base")).toMatchObject({ opencodeSessionId: "ses_1" });
});

test("a PM agent that is missing is made beside the base session that is there", async () => {
  await using desk = await openDesk(undefined, { opencode: "exit 3" });
  await desk.core.sessions.put({ ref: "base", kind: "base", opencodeSessionId: "ses_1" });
  expect(await init(desk.core, {})).toEqual({ base: "ses_1", pmAgent: undefined });
  expect(await desk.core.sessions.get("pm-agent")).toMatchObject({ kind: "pm_agent" });
});

test("with force base session and PM agent are made anew", async () => {
  await using desk = await openDesk();
  await desk.core.sessions.put({ ref: "base", kind: "base", opencodeSessionId: "ses_1" });
  await desk.core.sessions.put({ ref: "pm-agent", kind: "pm_agent", opencodeSessionId: "ses_2" });
  expect(await init(desk.core, { force: true })).toEqual({ base: undefined, pmAgent: undefined });
  expect(await desk.core.sessions.get("base")).toMatchObject({ opencodeSessionId: undefined });
});

test("whoever needs them gets the ones that are there, or new ones", async () => {
  await using desk = await openDesk();
  const base = await ensureBase(desk.core);
  expect(await ensureBase(desk.core)).toEqual(base);
  const pmAgent = await ensurePmAgent(desk.core);
  expect(await ensurePmAgent(desk.core)).toEqual(pmAgent);
  expect(await desk.core.sessions.list()).toHaveLength(2);
});

test("with force the old ones stay until the new ones are there", async () => {
  await using desk = await openDesk({}, { opencode: "exit 3" });
  await desk.core.sessions.put({ ref: "base", kind: "base", opencodeSessionId: "ses_1" });
  await desk.core.sessions.put({ ref: "pm-agent", kind: "pm_agent", opencodeSessionId: "ses_2" });
  const before = await desk.core.sessions.list();
  const failed = { code: "failed" };
  await expect(init(desk.core, { force: true, prompt: "Know this." })).rejects.toMatchObject(
    failed,
  );
  await expect(initInTerminal(desk.core, { ...VISIT, force: true })).rejects.toMatchObject({
    code: "failed",
    message: "opencode ended with exit code 3.",
    hint: "Base session and PM agent are as before.",
  });
  expect(await desk.core.sessions.list()).toEqual(before);
});

test("in a terminal, nothing half-made is stored", async () => {
  await using desk = await openDesk({}, { opencode: "exit 3" });
  await expect(initInTerminal(desk.core, VISIT)).rejects.toMatchObject({
    code: "failed",
    hint: "Nothing is stored.",
  });
  expect(await desk.core.sessions.list()).toEqual([]);
});

test("in a terminal, a base session that is there stays, and the missing PM agent alone is made", async () => {
  await using desk = await openDesk({}, { opencode: "exit 3" });
  await desk.core.sessions.put({ ref: "base", kind: "base" });
  const told: InitEvent[] = [];
  const tell = (event: InitEvent) => told.push(event);
  await expect(initInTerminal(desk.core, { ...VISIT, tell })).rejects.toMatchObject({
    code: "failed",
    hint: expect.stringContaining("`kugetsu init` again makes the PM agent alone") as string,
  });
  expect(told).toEqual([
    { kind: "there", session: "base" },
    { kind: "opening", session: "pm-agent" },
  ]);
  await desk.core.sessions.put({ ref: "pm-agent", kind: "pm_agent" });
  await expect(initInTerminal(desk.core, VISIT)).rejects.toMatchObject({ code: "conflict" });
});

test("without a model opencode is not opened", async () => {
  await using desk = await openDesk();
  await expect(initInTerminal(desk.core, VISIT)).rejects.toMatchObject({
    code: "failed",
    message: "No model is configured for the agent.",
  });
});

test("while somebody is in the base session, new sessions begin with what it said before", async () => {
  await using desk = await openDesk();
  await desk.core.sessions.put({ ref: "base", kind: "base", opencodeSessionId: "ses_1" });
  await using _somebody = await occupy(desk.core, ["base"]);
  await expect(conversationOf(desk.core, "base")).rejects.toMatchObject({ code: "conflict" });
  const at = join(desk.core.home.agents, "base", "export.json");
  await writeFile(at, JSON.stringify({ sessionId: "ses_1", stamp: "of then", text: "Said." }));
  expect(await conversationOf(desk.core, "base")).toBe("Said.");
});

const VISIT = {
  force: false,
  env: {},
  signal: new AbortController().signal,
  tell: () => undefined,
};
