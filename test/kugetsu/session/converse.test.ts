import { expect, test } from "vitest";
import { KugetsuError } from "../../../src/kugetsu/errors.ts";
import type { TurnResult } from "../../../src/kugetsu/runner.ts";
import { converseOrAnew } from "../../../src/kugetsu/session/converse.ts";
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
