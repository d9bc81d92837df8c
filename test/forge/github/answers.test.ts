import { describe, expect, test } from "vitest";
import {
  comesFrom,
  placeOf,
  readAct,
  readBot,
  readComment,
  readIssue,
  readPullRequest,
  readRepository,
  readReview,
  readReviewComment,
} from "../../../src/forge/github/answers.ts";
import {
  comment,
  issue,
  lineComment,
  type Part,
  pullRequest,
  repository,
  review,
  user,
} from "./published.ts";

const URL_OF_SHOP = "https://git.corp/olivia/shop";
const READERS: readonly [string, object, (data: unknown) => unknown, readonly string[]][] = [
  ["account", user("olivia", 1), (data) => readBot(data, "https://git.corp"), ["id", "login"]],
  [
    "repository",
    repository(),
    (data) => readRepository(data, true, "https://git.corp"),
    ["id", "name", "owner", "default_branch"],
  ],
  [
    "issue",
    issue(),
    (data) => readIssue(data, URL_OF_SHOP),
    ["number", "title", "state", "created_at", "updated_at"],
  ],
  [
    "comment",
    comment(5),
    (data) => readComment(data, URL_OF_SHOP),
    ["id", "body", "created_at", "updated_at", "issue_url"],
  ],
  ["review", review(5), (data) => readReview(data, 7, URL_OF_SHOP), ["id", "body", "submitted_at"]],
  [
    "comment on a line",
    lineComment(5),
    (data) => readReviewComment(data, URL_OF_SHOP),
    ["id", "body", "created_at", "updated_at", "pull_request_url"],
  ],
  [
    "pull request",
    pullRequest(),
    (data) => readPullRequest(data, URL_OF_SHOP),
    ["number", "state", "head", "base"],
  ],
  [
    "act",
    { id: 1, created_at: "2026-01-02T03:04:05Z" },
    (data) => readAct(data, true),
    ["id", "created_at"],
  ],
];

describe.each(READERS)("an answer for one %s", (_, whole, read, needed) => {
  test("is read", () => {
    expect(read(whole)).toBeDefined();
  });

  test.each(needed)("is not understood without %s, or with another kind of it", (key) => {
    for (const value of [undefined, null, {}, [], true, -1, "../x"]) {
      // A text and a branch may be any.
      if (typeof value === "string" && ["body", "title", "default_branch"].includes(key)) continue;
      expect(read({ ...whole, [key]: value })).toBeUndefined();
    }
  });

  test.each([null, [], "text", 5])("is not understood as %j", (data) => {
    expect(read(data)).toBeUndefined();
  });

  test("shows its own address instead of a hostile one", () => {
    const shown = read({ ...whole, html_url: "javascript:alert(1)" });
    expect(JSON.stringify(shown)).not.toContain("javascript");
  });
});

test.each<[string, ReturnType<typeof placeOf>]>([
  [
    "https://api.github.com/repos/olivia/shop",
    { owner: "olivia", name: "shop", number: undefined },
  ],
  [
    "https://git.corp/api/v3/repos/olivia/shop/issues/7",
    { owner: "olivia", name: "shop", number: 7 },
  ],
  [
    "https://api.github.com/repos/olivia/shop/pulls/7",
    { owner: "olivia", name: "shop", number: 7 },
  ],
  ["https://api.github.com/repos/olivia/shop/issues/7/x", undefined],
  ["https://api.github.com/repos/olivia/..%2Fx/issues/7", undefined],
  ["olivia/shop", undefined],
])("%s is the place %j", (url, place) => {
  expect(placeOf(url)).toEqual(place);
});

test.each<[string, Part<"pull-request">, boolean]>([
  ["the repository itself", {}, true],
  ["another branch", { head: { ref: "other", repo: { id: 100 } } }, false],
  ["a fork", { head: { ref: "fix/issue-7", repo: { id: 101 } } }, false],
  ["nowhere", { head: { ref: "fix/issue-7" }, base: { ref: "main" } }, false],
])("a pull request comes from %s", (_, change, expected) => {
  expect(comesFrom(pullRequest(change), "fix/issue-7")).toBe(expected);
});

test("what GitHub does not describe does not compile", () => {
  // @ts-expect-error -- it is called `title`
  expect({ titel: "x" } satisfies Part<"issue">).toBeDefined();
  // @ts-expect-error -- it is a number
  expect({ number: "7" } satisfies Part<"pull-request">).toBeDefined();
});
