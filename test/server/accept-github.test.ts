import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { refusals } from "../support/refusals.ts";
import type { GitHubWorld } from "../admission/github-world.ts";
import { SHOP } from "../admission/orders.ts";
import { openGitHubWay, type Way } from "./way.ts";

// The main ways of an order on GitHub; what is the same for all forges stands in accept.test.ts.

const MINUTE = 60_000;
const BOT = "kugetsu-bot";

let way: Way<GitHubWorld>;
let queue: ReturnType<Way["begin"]>;
beforeAll(async () => {
  way = await openGitHubWay();
});
afterAll(() => way[Symbol.asyncDispose]());
beforeEach(() => {
  queue = way.begin();
});

/** An issue of rita's that is an hour old. */
function oldIssue(): number {
  const { forge, clock } = way.world;
  const number = forge.createIssue(SHOP, { by: "rita", title: "It breaks", body: "It does." });
  clock.now += 60 * MINUTE;
  return number;
}

async function openPull(): Promise<number> {
  const { forge } = way.world;
  const files = { "README.md": "# A repository\nMended.\n" };
  await forge.commit(SHOP, "mend", { by: "walter", message: "Mend it", files });
  return forge.openPull(SHOP, { by: "walter", title: "Mended", head: "mend" });
}

describe("each trigger gives one order on GitHub, on the whole way from its delivery", () => {
  test("a command in a comment, which gets a reaction, and one in its edit", async () => {
    const number = oldIssue();
    const { forge } = way.world;
    const id = forge.comment(SHOP, number, { by: "walter", body: "/kugetsu fix the button" });
    const talk = forge.comment(SHOP, number, { by: "olivia", body: "It does." });
    forge.editComment(talk, { by: "walter", body: "/kugetsu fix the menu" });
    expect(await queue.settle()).toMatchObject([
      { state: "queued", commentId: id, message: "the button", thread: { title: "It breaks" } },
      { state: "queued", commentId: talk, action: "edited", actor: { login: "walter" } },
    ]);
    expect(forge.issue(SHOP, number).comments[0]?.reactions).toMatchObject([
      { by: BOT, content: "eyes" },
    ]);
  });

  test("a command in a new issue's text, with label and assignee", async () => {
    const number = way.world.forge.createIssue(SHOP, {
      by: "walter",
      title: "It breaks",
      body: "/kugetsu fix the button",
      labels: ["kugetsu"],
      assignees: [BOT],
    });
    const jobs = (await queue.settle()).filter(({ state }) => state !== "dropped");
    expect(jobs).toMatchObject([{ state: "queued", trigger: "issue", message: "the button" }]);
    expect(way.world.forge.issue(SHOP, number).reactions).toEqual([{ by: BOT, content: "eyes" }]);
  });

  test("the bot's name before a verb", async () => {
    way.world.forge.comment(SHOP, oldIssue(), { by: "walter", body: `@${BOT} fix it` });
    expect(await queue.settle()).toMatchObject([{ state: "queued", verb: "fix", message: "it" }]);
  });

  test.each([
    [
      "label",
      (number: number) => way.world.forge.label(SHOP, number, { by: "olivia", name: "kugetsu" }),
      (number: number) => way.world.forge.unlabel(SHOP, number, { by: "walter", name: "kugetsu" }),
    ],
    [
      "assignment",
      (number: number) => way.world.forge.assign(SHOP, number, { by: "olivia", assignee: BOT }),
      (number: number) => way.world.forge.unassign(SHOP, number, { by: "walter", assignee: BOT }),
    ],
  ])("%s, by whoever set it; taken away it stops", async (trigger, set, takeAway) => {
    const number = oldIssue();
    set(number);
    expect(await queue.settle()).toMatchObject([
      { state: "queued", trigger, verb: "fix", actor: { login: "olivia" } },
    ]);
    way.world.clock.now += MINUTE;
    // Another label tells of itself alone.
    way.world.forge.label(SHOP, number, { by: "walter", name: "bug" });
    takeAway(number);
    expect((await queue.settle()).slice(1)).toMatchObject([
      { state: "queued", trigger, verb: "stop", actor: { login: "walter" } },
    ]);
  });

  test("a label of somebody who may not push gives none", async () => {
    const number = oldIssue();
    way.world.forge.label(SHOP, number, { by: "tom", name: "kugetsu" });
    expect(await queue.settle()).toMatchObject([{ state: "refused", words: "no_right" }]);
  });

  test("a review and a comment on a line, each told by itself", async () => {
    const { forge } = way.world;
    const number = await openPull();
    const { id, comments } = await forge.review(SHOP, number, {
      by: "olivia",
      state: "commented",
      body: "/kugetsu help",
      comments: [{ path: "README.md", line: 2, body: "/kugetsu help here" }],
    });
    const jobs = (await queue.settle()).toSorted((a, b) => a.message.length - b.message.length);
    expect(jobs).toMatchObject([
      { state: "queued", trigger: "review", commentId: id, message: "" },
      { state: "queued", trigger: "review_comment", commentId: comments[0], message: "here" },
    ]);
    expect(queue.looks()).toEqual([]);
    expect(forge.reviews(SHOP, number)[0]?.comments[0]?.reactions).toEqual([
      { by: BOT, content: "eyes" },
    ]);
  });
});

test("a repository that is renamed goes on under its new name", async () => {
  const number = oldIssue();
  const { forge } = way.world;
  forge.comment(SHOP, number, { by: "walter", body: "/kugetsu fix" });
  forge.rename(SHOP, "store");
  // Told under the old name, and read under the new one.
  await queue.settle();
  forge.comment("olivia/store", number, { by: "walter", body: "/kugetsu continue" });
  const jobs = await queue.settle();
  forge.rename("olivia/store", "shop");
  await queue.settle();
  expect(jobs.map(({ state, verb }) => `${state} ${verb}`)).toEqual([
    "queued fix",
    "queued continue",
  ]);
  expect(jobs[1]?.repository).toMatchObject({ owner: "olivia", name: "store" });
});

test("nothing was asked that GitHub does not describe", () => {
  expect(refusals(way.world.forge)).toEqual([]);
});
