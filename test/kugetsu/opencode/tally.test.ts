import { expect, test } from "vitest";
import type { AgentEvent } from "../../../src/kugetsu/opencode/event-stream.ts";
import { createTally } from "../../../src/kugetsu/opencode/tally.ts";

const STARTED = 1_000_000;

function message(
  id: string,
  used: { input?: number; output?: number; cost?: number } = {},
  more: Record<string, unknown> = {},
): AgentEvent {
  const { input = 0, output = 0, cost = 0 } = used;
  const tokens = { input, output, reasoning: 0, cache: { read: 0, write: 0 } };
  const info = {
    id,
    role: "assistant",
    sessionID: "ses_1",
    cost,
    tokens,
    time: { created: STARTED + 1 },
    ...more,
  };
  return { type: "message.updated", properties: () => ({ sessionID: "ses_1", info }) };
}

const strange = (properties: object): AgentEvent => ({
  type: "message.updated",
  properties: () => ({ ...properties }),
});

function status(value: object): AgentEvent {
  return {
    type: "session.status",
    properties: () => ({ sessionID: "ses_1", status: value }),
  };
}

function counted(...events: readonly AgentEvent[]) {
  const tally = createTally(STARTED);
  for (const event of events) tally.take(event);
  return tally.count();
}

test("every message of the assistant is a request, however often it is told and in whichever session", () => {
  const count = counted(
    message("msg_1"),
    message("msg_1", { input: 1000, output: 50, cost: 0.5 }),
    message("msg_1", { input: 1000, output: 50, cost: 0.5 }),
    message("msg_2", {}, { sessionID: "ses_2" }),
    message("msg_2", { input: 7 }, { sessionID: "ses_2" }),
    message("msg_3", {}, { summary: true }),
  );
  expect(count).toEqual({
    requests: 3,
    figures: { tokens: { input: 1007, output: 50, cached: 0 }, cost: 0.5 },
    bytes: 0,
  });
});

test("tokens are counted as the port counts them", () => {
  const tokens = { input: 1, output: 2, reasoning: 4, cache: { read: 8, write: 16 } };
  const { figures } = counted(message("msg_1", {}, { tokens }));
  expect(figures.tokens).toEqual({ input: 17, output: 6, cached: 8 });
});

test("a request that failed and is made again is one more", () => {
  const count = counted(
    status({ type: "busy" }),
    message("msg_1"),
    status({ type: "retry", attempt: 1, message: "boom", next: 1 }),
    status({ type: "busy" }),
    status({ type: "retry", attempt: 2, message: "boom", next: 2 }),
    status({ type: "idle" }),
  );
  expect(count.requests).toBe(3);
});

test("what was there before the turn does not count, and what people say neither", () => {
  const before = { time: { created: STARTED - 10, completed: STARTED - 5 } };
  const count = counted(
    message("msg_old", { input: 5000 }, before),
    message("msg_old", { input: 6000 }, before),
    message("msg_user", { input: 5000 }, { role: "user" }),
    // The clock was set back, or it was completed while nobody was listening.
    message("msg_new", { input: 1 }, { time: { created: STARTED - 10 } }),
    message("msg_late", { input: 2 }, { time: { created: STARTED, completed: STARTED + 5 } }),
  );
  expect(count.requests).toBe(2);
  expect(count.figures.tokens.input).toBe(3);
});

test("other events and strange ones count nothing", () => {
  const parts: AgentEvent = {
    type: "message.part.updated",
    properties: () => {
      throw new Error("It must not be parsed.");
    },
  };
  expect(counted(parts, strange({}), strange({ info: 5 }), status({}))).toMatchObject({
    requests: 0,
    figures: { cost: 0 },
  });
});
