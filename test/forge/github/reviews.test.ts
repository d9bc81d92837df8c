import { describe, expect, test } from "vitest";
import { AT, forgeAt, lineComment, list, person, REPO, review, WALTER } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

describe("a review's body", () => {
  const path = `${REPO}/pulls/7/reviews/3`;

  test("is read", async () => {
    await using server = await replay([{ path, answer: review(3) }]);
    expect(await forgeAt(server).reviewWords(AT, "review", 3)).toEqual({
      place: "review",
      id: 3,
      issueNumber: 7,
      body: "/kugetsu continue",
      author: person(WALTER),
      createdAt: "2026-01-02T03:04:05.000Z",
      updatedAt: "2026-01-02T03:04:05.000Z",
      webUrl: "https://github.com/olivia/shop/pull/7#pullrequestreview-3",
    });
  });

  test.each<[string, Omit<Exchange, "path">]>([
    ["that is gone", { status: 404 }],
    ["not handed in yet", { answer: review(3, { state: "PENDING" }) }],
  ])("%s is undefined", async (_, exchange) => {
    await using server = await replay([{ path, ...exchange }]);
    expect(await forgeAt(server).reviewWords(AT, "review", 3)).toBeUndefined();
  });
});

describe("a comment on a line", () => {
  const path = `${REPO}/pulls/comments/4`;

  test("is read", async () => {
    await using server = await replay([{ path, answer: lineComment(4) }]);
    expect(await forgeAt(server).reviewWords(AT, "review_comment", 4)).toEqual({
      place: "review_comment",
      id: 4,
      issueNumber: 7,
      body: "/kugetsu fix this line",
      author: person(WALTER),
      createdAt: "2026-01-02T03:04:05.000Z",
      updatedAt: "2026-01-02T03:04:06.000Z",
      webUrl: "https://github.com/olivia/shop/pull/7#discussion_r4",
    });
  });

  test.each<[string, Omit<Exchange, "path">]>([
    ["that is gone", { status: 404 }],
    [
      "of another pull request",
      {
        answer: lineComment(4, {
          pull_request_url: "https://api.github.com/repos/olivia/shop/pulls/8",
        }),
      },
    ],
  ])("%s is undefined", async (_, exchange) => {
    await using server = await replay([{ path, ...exchange }]);
    expect(await forgeAt(server).reviewWords(AT, "review_comment", 4)).toBeUndefined();
  });
});

test("the words since then are of both, oldest first, without empty bodies", async () => {
  const early = "2026-01-02T03:00:00Z";
  await using server = await replay([
    {
      path: `${REPO}/pulls/7/reviews?per_page=100&page=1`,
      answer: [
        review(1, { submitted_at: early }),
        review(2, { submitted_at: "2026-01-02T03:04:07Z" }),
        review(3, { body: "" }),
        review(5, { state: "PENDING" }),
      ],
    },
    {
      path: `${REPO}/pulls/7/comments?per_page=100&page=1&sort=updated&direction=asc&since=2026-01-02T03%3A04%3A04Z`,
      answer: [lineComment(9, { updated_at: "2026-01-02T03:04:04Z" }), lineComment(4)],
    },
  ]);
  const words = await forgeAt(server).reviews(AT, "2026-01-02T03:04:05.000Z");
  expect(words.map(({ place, id }) => [place, id])).toEqual([
    ["review_comment", 4],
    ["review", 2],
  ]);
});

test("old reviews are not read again, however many there are", async () => {
  const link = '<https://x.test/?page=30>; rel="last"';
  const page = (number: number, submitted_at: string): Exchange => ({
    path: `${REPO}/pulls/7/reviews?per_page=100&page=${number}`,
    headers: { link },
    answer: list(100, (at) => review(number * 100 + at, { submitted_at })),
  });
  await using server = await replay([
    page(1, "2025-01-01T00:00:00Z"),
    page(30, "2026-01-02T03:04:06Z"),
    page(29, "2026-01-01T00:00:00Z"),
    {
      path: `${REPO}/pulls/7/comments?per_page=100&page=1&sort=updated&direction=asc&since=2026-01-02T03%3A04%3A04Z`,
      answer: [],
    },
  ]);
  expect(await forgeAt(server).reviews(AT, "2026-01-02T03:04:05Z")).toHaveLength(100);
});
