import { createHmac, randomUUID } from "node:crypto";
import { ne } from "drizzle-orm";
import { expect, test } from "vitest";
import { deliveries, jobs, looks } from "../../src/jobs/schema.ts";
import { readerOf } from "../../src/forges/adapter.ts";
import { createAccept } from "../../src/server/accept.ts";
import { createApp } from "../../src/server/app.ts";
import { examplesOf } from "../forge/github/examples.ts";
import { createQueue, keptLog } from "../jobs/queue.ts";

// What GitHub publishes as examples, signed, goes the way of a delivery. Their issues and pull requests have the label
// `bug`. Nobody writes a command in them, so that one is put into each comment and review.

const SECRET = "a-webhook-secret-for-tests-only";

function open() {
  const { db, store } = createQueue();
  const log = keptLog();
  const accept = createAccept({
    store,
    origin: () => ({
      forge: "github",
      instance: "github.com",
      bot: { id: 1, login: "kugetsu-bot" },
      triggers: ["comment", "issue", "label", "assignment", "mention"],
      triggerLabel: "bug",
    }),
    onJob: () => undefined,
    onLook: () => undefined,
    log,
  });
  const app = createApp({
    forges: new Map([["github", { secrets: () => [SECRET], ...readerOf({ kind: "github" }) }]]),
    accept,
    readiness: async () => ({ parts: {}, forges: {} }),
    log,
  });
  const send = async (event: string, body: unknown): Promise<number> => {
    const text = JSON.stringify(body);
    const response = await app.request("/webhooks/github", {
      method: "POST",
      body: text,
      headers: {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": randomUUID(),
        "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(text).digest("hex")}`,
      },
    });
    return response.status;
  };
  /** What was asked for, each thing once. */
  const asked = (): readonly string[] => {
    const orders = db.orm
      .select()
      .from(jobs)
      .all()
      .map(({ act }) => `${act.trigger ?? "comment"} ${act.word} #${act.issueNumber}`);
    // Of the repository itself the forge is asked each time.
    const seen = db.orm.select().from(looks).where(ne(looks.kind, "repository")).all();
    return [
      ...new Set([...orders, ...seen.map((one) => `look at ${one.kind} of #${one.issueNumber}`)]),
    ].toSorted();
  };
  const stored = () => db.orm.select().from(deliveries).all().length;
  return { send, asked, stored, log };
}

/** The example, and where somebody comments or reviews in it, the same with a command. */
function withCommand(body: unknown): readonly unknown[] {
  const told = structuredClone(body) as Record<"comment" | "review", object | undefined>;
  const words = told.comment ?? told.review;
  if (words === undefined) return [body];
  Object.assign(words, { body: "/kugetsu fix" });
  return [body, told];
}

const OF_AN_ISSUE = ["assignment stop", "label fix", "label stop", "look at state of"];
const HUB = new Map(examplesOf("api.github.com"));
const ASKED = [
  ["issues", OF_AN_ISSUE.map((one) => `${one} #1`)],
  ["pull_request", OF_AN_ISSUE.map((one) => `${one} #2`)],
  ["issue_comment", ["comment fix #1", "look at words of #1"]],
  ["pull_request_review", ["review fix #2"]],
  ["pull_request_review_comment", ["look at words of #2", "review_comment fix #2"]],
] as const;

test.each(ASKED)("the server does what GitHub's examples of %s ask for", async (name, expected) => {
  const { send, asked, log } = open();
  const bodies = HUB.get(name)?.flatMap(withCommand) ?? [];
  for (const body of bodies) expect(await send(name, body)).toBe(202);
  expect(asked()).toEqual(expected);
  expect(log.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
});

test("the server takes all other examples, and does nothing", async () => {
  const { send, asked, stored, log } = open();
  const others = [...HUB].filter(([name]) => !ASKED.some(([one]) => one === name));
  for (const [name, bodies] of others)
    for (const body of bodies.flatMap(withCommand))
      expect(`${name} ${await send(name, body)}`).toBe(`${name} 202`);
  expect(asked()).toEqual([]);
  expect(stored()).toBeGreaterThan(200);
  expect(log.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
});

test.each(["ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"])(
  "the server takes all examples of %s",
  async (server) => {
    const { send, asked, log } = open();
    for (const [name, bodies] of examplesOf(server))
      for (const body of bodies.flatMap(withCommand))
        expect(`${name} ${await send(name, body)}`).toBe(`${name} 202`);
    expect(asked()).toContain("comment fix #1");
    expect(log.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  },
);
