import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { VERBS } from "../../src/command.ts";
import type { CommentEvent } from "../../src/forge/event.ts";
import { readGiteaDelivery } from "../../src/forge/gitea/delivery.ts";
import { type Origin, receive, type Received } from "../../src/server/receive.ts";

const BOT = { id: 6, login: "kugetsu-bot" };
const OLIVIA = { id: 1, login: "olivia" };
const ADAM = { id: 5, login: "adam" };
const ORIGIN: Origin = { forge: "gitea", instance: "git.example.org:3001", bot: BOT };

function comment(
  body: string,
  change: Partial<CommentEvent["comment"]> = {},
  event: Partial<CommentEvent> = {},
): CommentEvent {
  return {
    kind: "comment",
    action: "created",
    repository: { id: 3, owner: "olivia", name: "shop" },
    issue: { number: 14, title: "Broken", body: "It is.", isPullRequest: false },
    comment: {
      id: 77,
      body,
      previousBody: undefined,
      author: OLIVIA,
      updatedAt: "2026-11-22T17:19:45Z",
      ...change,
    },
    actor: OLIVIA,
    ...event,
  };
}

const jobOf = (received: Received) => ("job" in received ? received.job : undefined);

describe("an event", () => {
  test("with a command becomes a job that holds all that was said", () => {
    expect(receive(comment("Look here.\n\n/kugetsu fix the *button*"), ORIGIN)).toEqual({
      job: {
        forge: "gitea",
        ref: "git.example.org:3001/olivia/shop#14",
        repository: { id: 3, owner: "olivia", name: "shop" },
        issueNumber: 14,
        isPullRequest: false,
        commentId: 77,
        action: "created",
        commentUpdatedAt: "2026-11-22T17:19:45Z",
        commentBody: "Look here.\n\n/kugetsu fix the *button*",
        issueTitle: "Broken",
        issueBody: "It is.",
        author: OLIVIA,
        actor: OLIVIA,
        lane: "dev",
        verb: "fix",
        word: "fix",
        message: "the *button*",
        context: "Look here.",
      },
    });
  });

  test("goes into the lane of its verb", () => {
    const lanes = Object.fromEntries(
      VERBS.map((verb) => [verb, jobOf(receive(comment(`/kugetsu ${verb}`), ORIGIN))?.lane]),
    );
    expect(lanes).toEqual({
      fix: "dev",
      continue: "dev",
      delegate: "pm",
      status: "quick",
      stop: "quick",
      retry: "dev",
      reset: "dev",
      help: "quick",
    });
    expect(jobOf(receive(comment("/kugetsu fxi"), ORIGIN))).toMatchObject({
      lane: "quick",
      verb: undefined,
      word: "fxi",
    });
  });

  test("may name the bot, once its name is known", () => {
    expect(jobOf(receive(comment("@kugetsu-bot fix"), ORIGIN))).toMatchObject({ verb: "fix" });
    expect(receive(comment("@kugetsu-bot fix"), { ...ORIGIN, bot: undefined })).toEqual({
      ignored: "no command",
    });
  });

  test.each([
    ["is no comment", { kind: "other", name: "push" } as const],
    ["holds no command", comment("What does /kugetsu fix do?")],
    ["is the bot's own", comment("/kugetsu fix", { author: BOT }, { actor: BOT })],
    [
      "is the bot's comment, edited by a person",
      comment("/kugetsu fix", { author: BOT }, { action: "edited" }),
    ],
    [
      "is a person's comment, edited by the bot",
      comment("/kugetsu fix", {}, { action: "edited", actor: BOT }),
    ],
    [
      "is an edit that took the command away",
      comment("never mind", { previousBody: "/kugetsu fix" }, { action: "edited" }),
    ],
    ["is an edit to no verb", comment("/kugetsu fxi", { previousBody: "x" }, { action: "edited" })],
    [
      "has a name that fits no ref",
      comment("/kugetsu fix", {}, { repository: { id: 3, owner: "..", name: "shop" } }),
    ],
  ])("asks for nothing when it %s", (_, event) => {
    expect(receive(event, ORIGIN)).toEqual({ ignored: expect.any(String) });
  });

  test.each([
    ["from plain words", "thanks"],
    ["from a word that is no verb", "/kugetsu fxi"],
    ["from words that the forge does not tell", undefined],
    ["from another command, which may not have been admitted yet,", "/kugetsu fix it"],
  ])("that is an edit %s to a command counts, with its editor", (_, previousBody) => {
    const event = comment("/kugetsu fix", { previousBody }, { action: "edited", actor: ADAM });
    expect(jobOf(receive(event, ORIGIN))).toMatchObject({
      action: "edited",
      author: OLIVIA,
      actor: ADAM,
    });
  });
});

test("of all that a real Gitea sent, exactly the comments with a command become jobs", async () => {
  const directory = new URL("../fixtures/gitea-1.26/deliveries/", import.meta.url);
  const steps: string[] = [];
  for (const name of (await readdir(directory)).toSorted()) {
    const { step, headers, body } = JSON.parse(await readFile(new URL(name, directory), "utf8"));
    if (headers["content-type"] !== "application/json") continue;
    const event = readGiteaDelivery(new Headers(headers), JSON.parse(body));
    if (event !== undefined && "job" in receive(event, ORIGIN)) steps.push(step);
  }
  expect(steps).toMatchInlineSnapshot(`
    [
      "comment-fix-by-owner",
      "comment-fix-with-message-by-writer",
      "comment-fix-by-reader",
      "comment-fix-by-stranger",
      "comment-fix-by-site-admin",
      "comment-special-characters",
      "comment-crlf",
      "comment-mention",
      "comment-long",
      "comment-edited-by-author",
      "comment-edited-by-another",
      "pull-comment",
      "pull-fork-comment-by-writer",
      "organisation-comment",
      "no-secret-comment",
    ]
  `);
});
