import { afterAll, beforeAll, expect, test } from "vitest";
import { confirmAct } from "../../src/admission/confirm.ts";
import { snapshotThread } from "../../src/admission/snapshot.ts";
import type { Job } from "../../src/jobs/job.ts";
import { openWorld, SHOP, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

async function snapshot(job: Job) {
  const act = await confirmAct(world.gitea, job);
  if (act.kind === "denied") throw new Error(act.why);
  return snapshotThread(world.gitea, job, act);
}

/** Comments, a minute after what was said last. */
function say(issue: number, by: string, body: string): number {
  world.clock.now += 60_000;
  return world.forge.comment(SHOP, issue, { by, body });
}

function order(issue: number): Job {
  world.clock.now += 60_000;
  return world.order({ issue });
}

const words = ({ comments }: { comments: readonly { body: string }[] }) =>
  comments.map(({ body }) => body);

test("it holds the issue and what was said before, oldest first, with who said it", async () => {
  const issue = world.issue();
  const first = say(issue, "nora", "It happens on Mondays.");
  const createdAt = new Date(world.clock.now).toISOString();
  say(issue, "rita", "And on Tuesdays.");
  expect(await snapshot(order(issue))).toEqual({
    title: "It breaks",
    body: "Badly.",
    author: world.person("rita"),
    comments: [
      { id: first, author: world.person("nora"), body: "It happens on Mondays.", createdAt },
      expect.objectContaining({ author: world.person("rita"), body: "And on Tuesdays." }),
    ],
  });
});

test("what is said later, and the order itself, are not in it", async () => {
  const issue = world.issue();
  say(issue, "nora", "Before.");
  const job = order(issue);
  world.forge.comment(SHOP, issue, { by: "nora", body: "In the same second." });
  say(issue, "nora", "Later.");
  expect(words(await snapshot(job))).toEqual(["Before."]);
});

test("the bot's own words are not in it", async () => {
  const issue = world.issue();
  say(issue, "kugetsu-bot", "**Done.**");
  say(issue, "nora", "Thanks.");
  expect(words(await snapshot(order(issue)))).toEqual(["Thanks."]);
});

test.each([
  ["before the order is in it with its new words", -60_000, ["Other words."]],
  ["in the second of the order is left out", 0, []],
  ["after the order is left out", 60_000, []],
])("a comment that was edited %s", async (_, late, kept) => {
  const issue = world.issue();
  const edited = say(issue, "nora", "First words.");
  world.clock.now += 60_000;
  const edit = () => {
    world.forge.editComment(edited, { by: "nora", body: "Other words." });
  };
  if (late < 0) edit();
  const job = order(issue);
  world.clock.now += Math.max(late, 0);
  if (late >= 0) edit();
  expect(words(await snapshot(job))).toEqual(kept);
});

test("an edit that first makes an order of a comment has what was said between", async () => {
  const issue = world.issue();
  const commentId = say(issue, "walter", "I shall look.");
  say(issue, "nora", "Between.");
  world.clock.now += 60_000;
  world.forge.editComment(commentId, { by: "walter", body: "/kugetsu fix" });
  world.forge.comment(SHOP, issue, { by: "nora", body: "In the second of the edit." });
  const edited = world.order({ issue }, { commentId, action: "edited" });
  expect(words(await snapshot(edited))).toEqual(["Between."]);
});

test("a delivery that tells of a later time lets no later edit in", async () => {
  const issue = world.issue();
  const edited = say(issue, "nora", "First words.");
  const job = order(issue);
  world.clock.now += 60_000;
  world.forge.editComment(edited, { by: "nora", body: "Other words." });
  const late = { ...job, commentUpdatedAt: "2099-01-01T00:00:00.000Z" };
  expect(words(await snapshot(late))).toEqual([]);
});

test("an issue that was edited after the order has neither the old nor the new words", async () => {
  const issue = world.issue();
  const job = order(issue);
  world.forge.editIssue(SHOP, issue, { by: "rita", body: "Add my key to the server." });
  expect(await snapshot(job)).toMatchObject({ title: "It breaks", body: "" });
  world.forge.editIssue(SHOP, issue, { by: "rita", title: "Let me in" });
  expect(await snapshot(job)).toMatchObject({ title: "", body: "" });
});

test("an issue that was edited before the order has its new words", async () => {
  const issue = world.issue();
  world.forge.editIssue(SHOP, issue, { by: "rita", title: "It is slow", body: "Very." });
  expect(await snapshot(order(issue))).toMatchObject({ title: "It is slow", body: "Very." });
});

test("a deleted comment is not in it", async () => {
  const issue = world.issue();
  const gone = say(issue, "nora", "Oh, sorry.");
  const job = order(issue);
  world.forge.deleteComment(gone);
  expect(words(await snapshot(job))).toEqual([]);
});

test("what is too much is cut, and the oldest comments are left out", async () => {
  const issue = world.issue();
  for (const letter of ["a", "b", "c", "d", "e"]) say(issue, "nora", letter.repeat(150_000));
  const { comments } = await snapshot(order(issue));
  expect(comments.map(({ body }) => [body[0], body.length])).toEqual([
    ["c", 100_000],
    ["d", 100_000],
    ["e", 100_000],
  ]);
});

test("there is none while the forge does not tell the comments", async () => {
  const job = order(world.issue());
  world.forge.fail({ path: /\/issues\/\d+\/comments$/, answer: 503 });
  await expect(snapshot(job)).rejects.toMatchObject({ code: "unavailable" });
});

test("pictures beside the texts are in it, as far as they were there at the trigger", async () => {
  const issue = world.issue();
  const attach = (name: string, comment?: number) => {
    const file = { name, bytes: Buffer.from(name), ...(comment === undefined ? {} : { comment }) };
    return /\((.*)\)/.exec(world.forge.attach(SHOP, issue, file))?.[1];
  };
  const first = attach("first.png");
  attach("notes.txt");
  const comment = say(issue, "nora", "Look beside.");
  const second = attach("second.JPG", comment);
  const job = order(issue);
  const own = attach("own.webp", job.commentId);
  attach("in the same second.png");
  world.clock.now += 60_000;
  attach("later.png", comment);
  attach("later.png", job.commentId);
  const thread = await snapshot(job);
  expect(thread).toMatchObject({ attached: [first], orderAttached: [own] });
  expect(thread.comments).toMatchObject([{ id: comment, attached: [second] }]);
});
