import { expect, test } from "vitest";
import {
  batches,
  conversationEvents,
  readConversation,
} from "../../../src/kugetsu/opencode/fork.ts";

const time = { created: 1_700_000_000_000 };
const user = "msg_2093ab2ec001NmqbxUBh0Q6dD5";
const assistant = "msg_2093ab37c001UAjrWupe3GILqH";
const part = "prt_2093abff0001LxvTb0vakEUZCW";

const exported = JSON.stringify({
  info: { id: "ses_old", directory: "/base" },
  messages: [
    { info: { id: user, sessionID: "ses_old", role: "user", time }, parts: [] },
    {
      info: { id: assistant, sessionID: "ses_old", role: "assistant", parentID: user, time },
      parts: [{ id: part, sessionID: "ses_old", messageID: assistant, type: "text", text: user }],
    },
  ],
});

test("a conversation becomes events of another session, with new ids in the same order", () => {
  const events = conversationEvents(readConversation(exported), { id: "ses_new", events: 3 });
  expect(events.map(({ seq, type, aggregateID }) => [seq, type, aggregateID])).toEqual([
    [3, "message.updated.1", "ses_new"],
    [4, "message.updated.1", "ses_new"],
    [5, "message.part.updated.1", "ses_new"],
  ]);
  const [first, second, third] = events.map(
    ({ data }) => (data["info"] ?? data["part"]) as Record<string, string>,
  );
  expect(first).toMatchObject({ role: "user", sessionID: "ses_new" });
  expect(second).toMatchObject({ parentID: first?.["id"], sessionID: "ses_new" });
  expect(third).toMatchObject({ messageID: second?.["id"], sessionID: "ses_new", type: "text" });
  const ids = [first?.["id"] ?? "", second?.["id"] ?? ""];
  expect(ids).not.toContain(user);
  expect(ids.toSorted()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^msg_2093ab[0-9a-f]{6}[0-9A-Za-z]{14}$/);
  expect(new Set(events.map(({ id }) => id)).size).toBe(3);
  for (const { id } of events) expect(id).toMatch(/^evt_[0-9a-f]{12}[0-9A-Za-z]{14}$/);
});

function idsOf(): readonly string[] {
  const events = conversationEvents(readConversation(exported), { id: "ses_new", events: 1 });
  return events.map(({ data }) => ((data["info"] ?? data["part"]) as { id: string }).id);
}

test("a second fork has other ids than the first", () => {
  expect(idsOf()).not.toEqual(idsOf());
});

test.each([
  ["no JSON", "hello"],
  ["another shape", '{"messages":[]}'],
  ["a message without an id", '{"info":{},"messages":[{"info":{},"parts":[]}]}'],
  ["a message without parts", '{"info":{},"messages":[{"info":{"id":"msg_1"}}]}'],
])("%s is not taken for a conversation", (_, text) => {
  expect(() => readConversation(text)).toThrow(expect.objectContaining({ code: "invalid" }));
});

test("events go in batches, none lost and none twice", () => {
  const events = conversationEvents(readConversation(exported), { id: "ses_new", events: 1 });
  expect([...batches(events, 2)].map((batch) => batch.length)).toEqual([2, 1]);
  expect([...batches(events, 2)].flat()).toEqual(events);
});
