import { expect, test } from "vitest";
import { type Answer, startWorld, type World } from "./world.ts";

const API = "/api/v1/repos/olivia/shop";
const REPOSITORY = "olivia/shop";

/** A pull request of walter's with a new line in total.js. */
async function withPull(world: World): Promise<string> {
  const change = { by: "walter", message: "x", files: { "total.js": "1\n" } };
  await world.forge.commit(REPOSITORY, "sum", change);
  const pull = { by: "walter", title: "Sum", head: "sum" };
  return `${API}/pulls/${await world.forge.openPull(REPOSITORY, pull)}`;
}

function message({ status, body }: Answer): unknown[] {
  return [status, (body as { message?: string }).message];
}

test("a review is listed beside those that are asked for, and found by its id alone", async () => {
  await using world = await startWorld();
  const pull = await withPull(world);
  world.forge.requestReview(REPOSITORY, 1, { by: "walter", reviewer: "rita" });
  const comments = [{ path: "total.js", body: "Why?", new_position: 1 }];
  await world.ask("olivia", "POST", `${pull}/reviews`, { event: "COMMENT", comments });
  const states = async (query: string) => {
    const { body } = await world.ask("bot", "GET", `${pull}/reviews${query}`);
    return (body as { state: string }[]).map(({ state }) => state);
  };
  expect(await states("")).toEqual(["REQUEST_REVIEW", "COMMENT"]);
  expect(await states("?limit=1")).toEqual(["REQUEST_REVIEW", "COMMENT"]);
  expect(await states("?page=2&limit=1")).toEqual(["COMMENT"]);
  expect(await world.ask("bot", "GET", `${pull}/reviews/2`)).toMatchObject({
    body: { state: "COMMENT", comments_count: 1, user: { login: "olivia" } },
  });
  expect((await world.ask("bot", "GET", `${pull}/reviews/9`)).status).toBe(404);
  expect((await world.ask("bot", "GET", `${pull}/reviews/9/comments`)).status).toBe(404);
});

test("a review is refused without words, and of one's own", async () => {
  await using world = await startWorld();
  const path = `${await withPull(world)}/reviews`;
  const post = async (as: string | undefined, body: object) =>
    message(await world.ask(as, "POST", path, body));
  expect(await post("olivia", { event: "COMMENT", body: " " })).toEqual([
    422,
    "review event COMMENT requires a body or a comment",
  ]);
  expect(await post("olivia", { event: "REQUEST_CHANGES" })).toEqual([
    422,
    "review event REQUEST_CHANGES requires a body",
  ]);
  expect(await post("walter", { event: "APPROVED" })).toEqual([
    422,
    "approve your own pull is not allowed",
  ]);
  expect(await post("walter", { event: "REQUEST_CHANGES", body: "x" })).toEqual([
    422,
    "reject your own pull is not allowed",
  ]);
  expect((await post(undefined, { event: "COMMENT", body: "x" }))[0]).toBe(401);
});

test("a comment on a line takes reactions as any comment, and is none for the rest", async () => {
  await using world = await startWorld();
  await withPull(world);
  const { comments } = await world.forge.review(REPOSITORY, 1, {
    by: "olivia",
    state: "commented",
    comments: [{ path: "total.js", line: 1, body: "Why?" }],
  });
  const path = `${API}/issues/comments/${comments[0]}`;
  const reacted = await world.ask("bot", "POST", `${path}/reactions`, { content: "eyes" });
  expect(reacted.status).toBe(201);
  expect(world.forge.reviews(REPOSITORY, 1)[0]?.comments[0]?.reactions).toEqual([
    { by: "kugetsu-bot", content: "eyes" },
  ]);
  expect(await world.ask("bot", "GET", path)).toMatchObject({ status: 204, body: "" });
});

test("a pull request from a fork names both repositories", async () => {
  await using world = await startWorld();
  await world.forge.fork(REPOSITORY, { owner: "nora" });
  const change = { by: "nora", message: "x", files: { "total.js": "1\n" } };
  await world.forge.commit("nora/shop", "typo", change);
  const draft = { title: "Typo", body: "", head: "nora:typo", base: "main" };
  const opened = await world.ask("nora", "POST", `${API}/pulls`, draft);
  expect(opened).toMatchObject({
    status: 201,
    body: {
      head: { label: "typo", ref: "typo", repo: { full_name: "nora/shop", fork: true } },
      base: { label: "main", repo: { full_name: "olivia/shop" } },
    },
  });
  expect(await world.ask("nora", "POST", `${API}/pulls`, draft)).toMatchObject({ status: 409 });
  const unknown = { ...draft, head: "rita:typo" };
  expect(await world.ask("nora", "POST", `${API}/pulls`, unknown)).toMatchObject({ status: 404 });
});
