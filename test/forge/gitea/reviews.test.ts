import { expect, test } from "vitest";
import { createGitea } from "../../../src/forge/gitea.ts";
import { captured, type CapturedAnswer, replay } from "./captured.ts";

const PULL = { owner: "olivia", name: "shop", number: 3 };
const REVIEWS = "/api/v1/repos/olivia/shop/pulls/3/reviews";
const WALTER = { id: 2, login: "walter" };

async function forge(answers: readonly CapturedAnswer[]) {
  const server = await replay(answers);
  return {
    gitea: createGitea({ url: server.url, token: "t" }),
    asked: server.asked,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** One review of the captured list, as the endpoint for a single one answers. */
function single(change: object = {}): CapturedAnswer {
  return captured("103", {
    method: "GET",
    path: `${REVIEWS}/1`,
    body: { ...(captured("103").body as object), ...change },
  });
}

test("reads a review's body", async () => {
  await using at = await forge([single()]);
  expect(await at.gitea.reviewWords(PULL, "review", 1)).toEqual({
    place: "review",
    id: 1,
    issueNumber: 3,
    body: "/kugetsu continue see my notes",
    author: WALTER,
    createdAt: "2026-11-22T17:21:33.000Z",
    updatedAt: "2026-11-22T17:21:33.000Z",
    webUrl: "http://gitea.test/olivia/shop/pulls/3#issuecomment-27",
  });
});

test.each(["PENDING", "REQUEST_REVIEW", "", null, "toString"])(
  "a review of state %j has no words yet",
  async (state) => {
    await using at = await forge([single({ state })]);
    expect(await at.gitea.reviewWords(PULL, "review", 1)).toBeUndefined();
  },
);

test.each([
  ["is gone", captured("061", { path: `${REVIEWS}/1` })],
  [
    "says that it is of another pull request",
    single({ pull_request_url: "http://x/olivia/shop/pulls/4" }),
  ],
  ["has no time", single({ submitted_at: "soon", updated_at: null })],
])("a review that %s is not there", async (_, answer) => {
  await using at = await forge([answer]);
  expect(await at.gitea.reviewWords(PULL, "review", 1)).toBeUndefined();
});

test("finds a comment on a line among those of the reviews that have any", async () => {
  await using at = await forge([captured("106"), captured("107")]);
  expect(await at.gitea.reviewWords(PULL, "review_comment", 26)).toMatchObject({
    place: "review_comment",
    id: 26,
    issueNumber: 3,
    body: "/kugetsu continue name it sum",
    author: WALTER,
    path: "total.js",
    line: 1,
  });
  expect(at.asked).toEqual([`GET ${REVIEWS}`, `GET ${REVIEWS}/1/comments`]);
  expect(await at.gitea.reviewWords(PULL, "review_comment", 27)).toBeUndefined();
});

test("a comment of a review that waits to be handed in is not found", async () => {
  const [first] = captured("106").body as object[];
  const body = [{ ...first, state: "PENDING" }];
  await using at = await forge([captured("106", { body }), captured("107")]);
  expect(await at.gitea.reviewWords(PULL, "review_comment", 26)).toBeUndefined();
});

test("reads all words of reviews since a time, oldest first, a late reply to an old review too", async () => {
  const [comment] = captured("107").body as object[];
  const reply = { ...comment, id: 40, updated_at: "2026-11-22T18:00:00Z" };
  const comments = captured("107", { body: [reply, comment] });
  await using at = await forge([captured("106"), comments]);
  const words = async (since: string) =>
    (await at.gitea.reviews(PULL, since)).map(({ place, id }) => [place, id]);
  expect(await words("2026-11-22T17:21:33Z")).toEqual([
    ["review", 1],
    ["review_comment", 26],
    ["review", 2],
    ["review", 3],
    ["review_comment", 40],
  ]);
  expect(await words("2026-11-22T17:21:40Z")).toEqual([
    ["review", 3],
    ["review_comment", 40],
  ]);
});

test("what is no pull request has no reviews", async () => {
  await using at = await forge([captured("061", { path: REVIEWS })]);
  expect(await at.gitea.reviews(PULL, "2026-11-22T17:21:33Z")).toEqual([]);
});
