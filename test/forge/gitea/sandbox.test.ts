import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld, SHOP, type World } from "../../admission/world.ts";

// What the adapter makes of the sandbox forge, on which everything else is tried.

const AT = { owner: "olivia", name: "shop" };
const START = "2026-03-01T12:00:00Z";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

test("a label and an assignment are told with who set and took them away, and when", async () => {
  const { forge, gitea, clock } = world;
  const at = { ...AT, number: world.issue() };
  const bot = world.person("kugetsu-bot");
  expect(await gitea.lastLabelling(at, "kugetsu")).toBeUndefined();
  forge.label(SHOP, at.number, { by: "walter", name: "bug" });
  forge.label(SHOP, at.number, { by: "walter", name: "kugetsu" });
  forge.assign(SHOP, at.number, { by: "olivia", assignee: "kugetsu-bot" });
  const set = await gitea.lastLabelling(at, "kugetsu");
  expect(set).toMatchObject({ isSet: true, actor: world.person("walter") });
  expect(set?.at).toBe(new Date(Math.floor(clock.now / 1000) * 1000).toISOString());
  expect(await gitea.lastAssignment(at, bot)).toMatchObject({
    isSet: true,
    actor: world.person("olivia"),
  });
  expect(await gitea.issue(at)).toMatchObject({
    labels: ["bug", "kugetsu"],
    assignees: [bot],
  });
  forge.unlabel(SHOP, at.number, { by: "olivia", name: "kugetsu" });
  forge.unassign(SHOP, at.number, { by: "walter", assignee: "kugetsu-bot" });
  expect(await gitea.lastLabelling(at, "kugetsu")).toMatchObject({
    isSet: false,
    actor: world.person("olivia"),
  });
  expect(await gitea.lastAssignment(at, bot)).toMatchObject({ isSet: false });
});

test("the words of reviews are read and reacted to", async () => {
  const { forge, gitea } = world;
  await forge.commit(SHOP, "sum", { by: "walter", message: "x", files: { "sum.js": "1\n" } });
  const number = await forge.openPull(SHOP, { by: "walter", title: "Sum", head: "sum" });
  const at = { ...AT, number };
  const review = await forge.review(SHOP, number, {
    by: "olivia",
    state: "commented",
    body: "/kugetsu fix",
    comments: [{ path: "sum.js", line: 1, body: "Why?" }],
  });
  const [line = 0] = review.comments;
  const reply = forge.replyToReview(line, { by: "walter", body: "/kugetsu continue" });
  const words = await gitea.reviews(at, START);
  expect(words.map(({ place, body }) => [place, body])).toEqual([
    ["review", "/kugetsu fix"],
    ["review_comment", "Why?"],
    ["review_comment", "/kugetsu continue"],
  ]);
  expect(await gitea.reviewWords(at, "review", review.id)).toMatchObject({
    body: "/kugetsu fix",
    issueNumber: number,
    author: world.person("olivia"),
  });
  expect(await gitea.reviewWords(at, "review_comment", reply)).toMatchObject({
    body: "/kugetsu continue",
    author: world.person("walter"),
  });
  expect(await gitea.comment("olivia", "shop", reply)).toBeUndefined();
  await gitea.react(at, { place: "review_comment", id: reply }, "eyes");
  await gitea.react(at, { place: "review", id: review.id }, "rocket");
  expect(forge.reviews(SHOP, number)[0]?.comments[1]?.reactions).toMatchObject([
    { content: "eyes" },
  ]);
  expect(forge.issue(SHOP, number).reactions).toMatchObject([{ content: "rocket" }]);
});

test("a pull request from a fork is known as one", async () => {
  const { forge, gitea } = world;
  await forge.fork(SHOP, { owner: "nora" });
  await forge.commit("nora/shop", "typo", { by: "nora", message: "x", files: { a: "a\n" } });
  const pull = { by: "nora", title: "Typo", head: "nora:typo" };
  const number = await forge.openPull(SHOP, pull);
  expect(await gitea.pullRequestAt({ ...AT, number })).toMatchObject({
    head: "typo",
    fromFork: true,
  });
  expect(await gitea.pullRequestAt({ ...AT, number: world.issue() })).toBeUndefined();
  expect(await gitea.pullRequest("olivia", "shop", "typo")).toBeUndefined();
});

test("an empty repository has no pull requests", async () => {
  const { forge, gitea } = world;
  await forge.addRepository("olivia/bare", {});
  expect(await gitea.pullRequest("olivia", "bare", "fix/issue-1")).toBeUndefined();
});

test("whoever has reviewed can be asked again, until the pull request is closed", async () => {
  const { forge, gitea } = world;
  await forge.commit(SHOP, "again", { by: "walter", message: "x", files: { b: "b\n" } });
  const number = await forge.openPull(SHOP, { by: "walter", title: "Again", head: "again" });
  const reviewers = async () => (await gitea.pullRequestAt({ ...AT, number }))?.reviewers;
  await gitea.requestReview("olivia", "shop", number, "olivia");
  await forge.review(SHOP, number, { by: "olivia", state: "changes_requested", body: "No." });
  // Gitea tells as well who has reviewed.
  expect(await reviewers()).toEqual(["olivia"]);
  expect(forge.pulls(SHOP).find((pull) => pull.number === number)?.reviewers).toEqual([]);
  await gitea.requestReview("olivia", "shop", number, "olivia");
  expect(forge.pulls(SHOP).find((pull) => pull.number === number)?.reviewers).toEqual(["olivia"]);
  await forge.review(SHOP, number, { by: "olivia", state: "approved" });
  forge.closePull(SHOP, number);
  await expect(gitea.requestReview("olivia", "shop", number, "olivia")).rejects.toMatchObject({
    code: "forbidden",
  });
  await gitea.requestReview("olivia", "shop", number, "rita");
});

test("nothing can be said in an archived repository, and that is final", async () => {
  const { forge, gitea } = world;
  await forge.addRepository("olivia/attic", { files: { a: "a\n" } });
  const number = forge.createIssue("olivia/attic", { by: "olivia", title: "Old" });
  forge.archive("olivia/attic");
  const at = { owner: "olivia", name: "attic", number };
  await expect(gitea.createComment(at, "x")).rejects.toMatchObject({ code: "forbidden" });
  await gitea.react(at, { place: "issue" }, "eyes");
});

test.each([
  ["personal", "olivia/shop", true],
  ["of an organization whose teams write to all or nothing", "core/api", true],
  ["of an organization with a team that writes to issues alone", "triaged/api", false],
])("who edits others' words may push to a repository that is %s", async (_, at, expected) => {
  const { forge, gitea } = world;
  const [owner = "", name = ""] = at.split("/");
  if (owner === "triaged") {
    forge.addOrganization(owner, { owners: ["olivia", "kugetsu-bot"] });
    forge.addTeam(owner, {
      name: "triage",
      unitsMap: { "repo.code": "read", "repo.issues": "write" },
      members: ["rita"],
    });
    await forge.addRepository(at, { files: { a: "a\n" } });
  }
  expect(await gitea.editorsMayPush(await gitea.repository(owner, name))).toBe(expected);
});
