import { expect, test, vi } from "vitest";
import {
  followEvents,
  readEvent,
  type AgentEvent,
} from "../../../src/kugetsu/opencode/event-stream.ts";

test.each([
  ["as opencode writes it", '{"id":"evt_1","type":"session.idle","properties":{"a":1}}'],
  ["without an id", '{"type":"session.idle","properties":{"a":1}}'],
  ["in another order", '{"properties":{"a":1},"type":"session.idle"}'],
  ["with blanks", '{ "id": "evt_1", "type": "session.idle", "properties": {"a":1} }'],
])("an event %s is read", (_, data) => {
  const event = readEvent(data);
  expect(event?.type).toBe("session.idle");
  expect(event?.properties()).toEqual({ a: 1 });
});

test("the type is known without the rest, and what is broken is nothing", () => {
  const event = readEvent('{"id":"evt_1","type":"message.part.updated","properties":{"part":');
  expect(event?.type).toBe("message.part.updated");
  expect(event?.properties()).toEqual({});
  expect(readEvent("{")).toBeUndefined();
  expect(readEvent("[]")).toBeUndefined();
  expect(readEvent('{"type":5}')).toBeUndefined();
});

function listening() {
  const heard: AgentEvent[] = [];
  let bytes = 0;
  return {
    heard: () => heard.map(({ type }) => type),
    bytes: () => bytes,
    listener: {
      event: (event: AgentEvent) => {
        heard.push(event);
      },
      bytes: (count: number) => {
        bytes += count;
      },
    },
  };
}

async function* chunks(...texts: readonly (string | Uint8Array)[]) {
  for (const text of texts) yield typeof text === "string" ? Buffer.from(text) : text;
}

const wire = (type: string, text = "") =>
  `data: {"id":"evt_1","type":"${type}","properties":{"text":"${text}"}}\n\n`;

test("events are heard however they are cut, and a broken stream is opened again", async () => {
  const { heard, bytes, listener } = listening();
  const umlaut = Buffer.from(wire("two", "ü"));
  const streams = [
    async () => chunks(wire("one").slice(0, 9), wire("one").slice(9), umlaut.subarray(0, -7)),
    async () => {
      throw new Error("nobody listens");
    },
    async () => chunks(wire("three") + wire("four")),
    async (signal: AbortSignal) => hanging(signal),
  ];
  const signals: AbortSignal[] = [];
  const stream = followEvents(async (signal) => {
    signals.push(signal);
    return (await streams[signals.length - 1]?.(signal)) ?? chunks();
  }, listener);
  await stream.opened;
  expect(heard()).toEqual(["one"]);
  await vi.waitFor(() => expect(signals).toHaveLength(4), 5000);
  expect(heard()).toEqual(["one", "three", "four"]);
  expect(bytes()).toBe(
    wire("one").length + umlaut.length - 7 + wire("threefour").length + wire("").length,
  );
  expect(signals.every(({ aborted }) => !aborted)).toBe(true);
  stream.close();
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
});

async function* hanging(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("closed")));
  });
  yield Buffer.from("");
}

test("a stream that never opens is no error, and closing it resolves whoever waits", async () => {
  const { heard, listener } = listening();
  const stream = followEvents(async (signal) => hanging(signal), listener);
  stream.close();
  await stream.opened;
  expect(heard()).toEqual([]);
});
