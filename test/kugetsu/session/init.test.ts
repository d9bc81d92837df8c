import { expect, test } from "vitest";
import { ensureBase, ensurePmAgent } from "../../../src/kugetsu/session/base.ts";
import { init } from "../../../src/kugetsu/session/init.ts";
import { openDesk } from "./core.ts";

test("it makes an empty base session and a PM agent, which cost nothing", async () => {
  await using desk = await openDesk();
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
  await expect(init(desk.core, {})).rejects.toMatchObject({
    code: "conflict",
    hint: expect.stringContaining("--force") as string,
  });
  expect(await desk.core.sessions.get("base")).toMatchObject({ opencodeSessionId: "ses_1" });
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
