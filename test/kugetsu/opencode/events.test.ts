import { expect, test, vi } from "vitest";
import { askedTitle, followTurn } from "../../../src/kugetsu/opencode/events.ts";
import type { AskKind, Port } from "../../../src/kugetsu/opencode/port.ts";
import type { TurnCount } from "../../../src/kugetsu/opencode/tally.ts";

/** A port that says what the test wants. */
function scriptedPort() {
  let writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  let connections = 0;
  const refused: string[] = [];
  const pending: Record<AskKind, Record<string, unknown>[]> = { permission: [], question: [] };
  const port: Pick<Port, "events" | "pending" | "refuse"> = {
    events: async (signal) => {
      connections++;
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const opened = writable.getWriter();
      signal.addEventListener("abort", () => void opened.abort().catch(() => undefined));
      writer = opened;
      void opened.write(Buffer.from(event("server.connected")));
      return readable;
    },
    pending: async (kind) => pending[kind],
    refuse: async (kind, id) => {
      refused.push(`${kind} ${id}`);
      throw new Error("somebody else answered");
    },
  };
  return {
    port,
    refused,
    pending,
    connections: () => connections,
    say: (text: string) => void writer?.write(Buffer.from(text)),
    cut: () => void writer?.close(),
  };
}

function event(type: string, properties: object = {}): string {
  return `data: ${JSON.stringify({ id: "evt_1", type, properties })}\n\n`;
}

test("a subagent's question is refused at once, and one of its own session is left to ACP", async () => {
  const { port, refused, say } = scriptedPort();
  const asked: string[] = [];
  const events = followTurn(port, "ses_own", (title) => asked.push(title));
  await events.opened;
  const permission = { permission: "external_directory", patterns: ["/etc/*"] };
  say(event("permission.asked", { id: "per_1", sessionID: "ses_own", ...permission }));
  say(event("permission.asked", { id: "per_2", sessionID: "ses_sub", ...permission }));
  say(event("permission.asked", { id: "per_2", sessionID: "ses_sub", ...permission }));
  say(
    event("question.asked", {
      id: "que_1",
      sessionID: "ses_own",
      questions: [{ question: "Why?" }],
    }),
  );
  await vi.waitFor(() => expect(refused).toEqual(["permission per_2", "question que_1"]));
  expect(asked).toEqual(["external_directory /etc/*", "a question: Why?"]);
  events.close();
});

test("what was asked while the stream was broken is refused when it is back", async () => {
  const { port, refused, pending, connections, cut } = scriptedPort();
  const events = followTurn(port, "ses_own", () => undefined);
  await events.opened;
  pending.permission.push({ id: "per_1", sessionID: "ses_sub", permission: "bash" });
  pending.question.push({ id: "que_1", sessionID: "ses_sub" });
  cut();
  await vi.waitFor(() => expect(refused).toEqual(["permission per_1", "question que_1"]), 5000);
  expect(connections()).toBe(2);
  events.close();
});

test("only what a turn does is a sign of life, and every byte counts", async () => {
  const { port, say } = scriptedPort();
  const events = followTurn(port, "ses_own", () => undefined);
  await events.opened;
  let signs = 0;
  const told: string[] = [];
  let last: TurnCount | undefined;
  events.listen({
    sign: () => signs++,
    counted: (count) => {
      last = count;
    },
    retried: (why) => told.push(why),
  });
  const noise = ["server.heartbeat", "plugin.added", "catalog.updated", "integration.updated"];
  for (const type of noise) say(event(type));
  const status = { type: "retry", attempt: 1, message: "Overloaded" };
  say(event("message.part.delta") + event("session.status", { status }));
  await vi.waitFor(() => expect(last?.requests).toBe(1));
  expect(signs).toBe(2);
  expect(told).toEqual(["Overloaded"]);
  expect(last).toEqual(events.count());
  const sent = [
    event("server.connected"),
    ...noise.map((type) => event(type)),
    event("message.part.delta"),
    event("session.status", { status }),
  ].join("");
  expect(last?.bytes).toBe(Buffer.byteLength(sent));
  events.close();
});

test.each<[AskKind, Record<string, unknown>, string]>([
  ["permission", { permission: "bash", patterns: ["rm -rf /", "ls"] }, "bash rm -rf / ls"],
  ["permission", { permission: "doom_loop" }, "doom_loop"],
  ["question", { questions: [{ question: "Which one?" }] }, "a question: Which one?"],
  ["question", {}, "a question"],
])("a %s is told in a few words", (kind, asked, words) => {
  expect(askedTitle(kind, asked)).toBe(words);
});
