import { describe, expect, test } from "vitest";
import { VERBS } from "../../src/command.ts";
import type { WordsEvent } from "../../src/forge/event.ts";
import { type Origin, receive, type Received } from "../../src/server/receive.ts";

const BOT = { id: 6, login: "kugetsu-bot" };
const OLIVIA = { id: 1, login: "olivia" };
const ADAM = { id: 5, login: "adam" };
const SHOP = { id: 3, owner: "olivia", name: "shop" };
const ORIGIN: Origin = {
  forge: "gitea",
  instance: "git.example.org:3001",
  bot: BOT,
  triggers: ["comment", "issue", "label", "assignment", "mention"],
  triggerLabel: "kugetsu",
};

function comment(
  body: string,
  change: Partial<WordsEvent["words"]> = {},
  event: Partial<WordsEvent> = {},
): WordsEvent {
  return {
    kind: "words",
    place: "comment",
    action: "created",
    repository: SHOP,
    issue: { number: 14, title: "Broken", body: "It is.", isPullRequest: false },
    words: {
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
        repository: SHOP,
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
      seen: SHOP,
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
    expect(receive(comment("@kugetsu-bot fix"), { ...ORIGIN, bot: undefined })).toMatchObject({
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
    expect(receive(event, ORIGIN)).toMatchObject({
      ignored: expect.any(String) as string,
    });
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

describe("a word of the bot's name", () => {
  test("is no command where mentions are switched off", () => {
    const triggers = ["comment"] as const;
    expect(receive(comment("@kugetsu-bot fix"), { ...ORIGIN, triggers })).toMatchObject({
      ignored: "no command",
    });
    expect(jobOf(receive(comment("/kugetsu fix"), { ...ORIGIN, triggers }))).toBeDefined();
  });

  test("is one where comments alone are switched off", () => {
    const triggers = ["mention"] as const;
    expect(receive(comment("/kugetsu fix"), { ...ORIGIN, triggers })).toMatchObject({
      ignored: "no command",
    });
    expect(jobOf(receive(comment("@kugetsu-bot fix"), { ...ORIGIN, triggers }))).toBeDefined();
  });

  test("is no command before what is no verb, since people talk about the bot", () => {
    expect(receive(comment("@kugetsu-bot thanks"), ORIGIN)).toMatchObject({
      ignored: "no command",
    });
  });
});

describe("words of a review", () => {
  test.each(["review", "review_comment"] as const)("become a job: %s", (place) => {
    const issue = { number: 14, title: "Mended", body: "", isPullRequest: true };
    expect(receive(comment("/kugetsu continue", {}, { place, issue }), ORIGIN)).toMatchObject({
      job: { trigger: place, commentId: 77, isPullRequest: true, verb: "continue" },
    });
  });

  test("that was handed in are looked for, unless it is the bot's", () => {
    const review = {
      kind: "review",
      repository: SHOP,
      issueNumber: 14,
      actor: OLIVIA,
    } as const;
    expect(receive(review, ORIGIN)).toEqual({
      look: { repository: SHOP, issueNumber: 14, kind: "reviews" },
      seen: SHOP,
    });
    expect(receive({ ...review, actor: BOT }, ORIGIN)).toMatchObject({
      ignored: expect.any(String) as string,
    });
  });

  test("may be what a comment's edit on a pull request tells of", () => {
    const issue = { number: 14, title: "Mended", body: "", isPullRequest: true };
    const received = receive(comment("/kugetsu fix", {}, { action: "edited", issue }), ORIGIN);
    expect(received).toMatchObject({
      job: { commentId: 77 },
      look: { issueNumber: 14, kind: "reviews" },
    });
    expect("look" in receive(comment("/kugetsu fix", {}, { issue }), ORIGIN)).toBe(false);
  });
});

test("of words that are said to be gone, the forge is asked", () => {
  const gone = {
    kind: "words_gone",
    place: "comment",
    repository: SHOP,
    issueNumber: 14,
    id: 77,
    actor: ADAM,
  } as const;
  expect(receive(gone, ORIGIN)).toEqual({
    look: { repository: SHOP, issueNumber: 14, kind: "words" },
    seen: SHOP,
  });
});

describe("a repository is seen", () => {
  test("with every event of it, also those that ask for nothing", () => {
    const push = { kind: "other", name: "push", repository: SHOP } as const;
    expect(receive(push, ORIGIN)).toMatchObject({ seen: SHOP });
    const renamed = { kind: "repository", action: "renamed", repository: SHOP } as const;
    expect(receive(renamed, ORIGIN)).toMatchObject({ seen: SHOP });
  });

  test("whose new name is told, and the forge is asked for it", () => {
    const look = { repository: SHOP, issueNumber: 0, kind: "repository" };
    for (const action of ["renamed", "transferred"] as const) {
      expect(receive({ kind: "repository", action, repository: SHOP }, ORIGIN)).toEqual({
        look,
        seen: SHOP,
      });
    }
    const other = { kind: "repository", action: "other", repository: SHOP } as const;
    expect(receive(other, ORIGIN)).toHaveProperty("ignored");
  });

  test("no more when it is gone, or where no event names one", () => {
    const deleted = { kind: "repository", action: "deleted", repository: SHOP } as const;
    expect(receive(deleted, ORIGIN)).not.toHaveProperty("seen");
    expect(receive({ kind: "other", name: "ping" }, ORIGIN)).not.toHaveProperty("seen");
    const installed = {
      kind: "installation",
      action: "created",
      id: 1,
      account: OLIVIA,
      repositories: [SHOP],
    } as const;
    expect(receive(installed, ORIGIN)).toEqual({ ignored: expect.any(String) as string });
  });
});
