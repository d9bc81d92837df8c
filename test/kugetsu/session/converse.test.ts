import { expect, test } from "vitest";
import { KugetsuError } from "../../../src/kugetsu/errors.ts";
import type { TurnResult } from "../../../src/kugetsu/runner.ts";
import { converse, converseOrAnew } from "../../../src/kugetsu/session/converse.ts";
import { markClosed } from "../../../src/kugetsu/session/mark-closed.ts";
import { REF } from "../git/fixture.ts";
import { openDesk } from "./core.ts";

const RESULT: TurnResult = {
  outcome: "finished",
  text: "Hello.",
  reason: "",
  sessionId: "new",
  tokens: undefined,
  cost: undefined,
  durationMs: 1,
};

test("a conversation that is gone begins anew, once, and is forgotten", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  await desk.core.sessions.patch(REF, { opencodeSessionId: "old", seenCommentId: 7 });
  const asked: (string | undefined)[] = [];
  const result = await converseOrAnew(desk.core, REF, "old", async (sessionId) => {
    asked.push(sessionId);
    if (sessionId === "old") throw new KugetsuError("not_found", "It is gone.");
    return RESULT;
  });
  expect(result).toBe(RESULT);
  expect(asked).toEqual(["old", undefined]);
  const session = await desk.session();
  expect([session.opencodeSessionId, session.seenCommentId]).toEqual([undefined, undefined]);
});

const fail = async (): Promise<TurnResult> => {
  throw new KugetsuError("failed", "No.");
};

test("any other failure stays one", async () => {
  await using desk = await openDesk();
  await expect(converseOrAnew(desk.core, REF, "old", fail)).rejects.toMatchObject({
    code: "failed",
  });
});

test("a new turn ends the mark of a closed issue's session", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const { core } = desk;
  expect(await markClosed(core, REF, 5_000)).toBe(true);
  expect(await desk.session()).toMatchObject({ closedAt: 5_000 });
  const order = {
    limits: { wallMs: 1, silenceMs: 1 },
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onBegin: async () => {
      throw new KugetsuError("unavailable", "Far enough.");
    },
  };
  const speak = { beginning: async () => undefined, prompt: () => "Go on." };
  await expect(
    converse(core, await desk.session(), await desk.place(), order, speak),
  ).rejects.toThrow("Far enough.");
  expect(await desk.session()).toMatchObject({ state: "running", closedAt: undefined });
});
