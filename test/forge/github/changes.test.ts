import { expect, test } from "vitest";
import { comment, forgeAt, issue, list, REPO } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const SHOP = { id: 100, owner: "olivia", name: "shop" };
const SINCE = "2026-01-02T03:04:05.000Z";
const QUERY = "per_page=100&page=1&sort=updated&direction=asc&since=2026-01-02T03%3A04%3A04Z";
const COMMENTS = `${REPO}/issues/comments?${QUERY}`;
const ISSUES = `${REPO}/issues?state=all&${QUERY}`;

const both: readonly Exchange[] = [
  {
    path: COMMENTS,
    headers: { etag: 'W/"c1"' },
    answer: [comment(1), comment(2, { updated_at: "2026-01-02T03:04:04Z" })],
  },
  {
    path: ISSUES,
    headers: { etag: '"i1"' },
    answer: [issue(), issue({ number: 8, pull_request: { url: "x" } })],
  },
];

test("are the comments and issues at or after that moment", async () => {
  await using server = await replay(both);
  const changes = await forgeAt(server).changes(SHOP, SINCE, {});
  expect(changes.comments.map(({ id }) => id)).toEqual([1]);
  expect(changes.issues.map(({ number, isPullRequest }) => [number, isPullRequest])).toEqual([
    [7, false],
    [8, true],
  ]);
  expect(changes).toMatchObject({
    complete: true,
    validators: { comments: `${SINCE} | W/"c1"`, issues: `${SINCE} | "i1"` },
  });
  expect(server.conditions).toEqual([undefined, undefined]);
});

test("are none where GitHub says that nothing changed, and what it said is kept", async () => {
  await using server = await replay([
    { path: COMMENTS, status: 304 },
    { path: ISSUES, status: 304 },
  ]);
  const validators = { comments: `${SINCE} | W/"c1"`, issues: `${SINCE} | "i1"` };
  expect(await forgeAt(server).changes(SHOP, SINCE, validators)).toEqual({
    comments: [],
    issues: [],
    validators,
    complete: true,
  });
  expect(server.conditions).toEqual(['W/"c1"', '"i1"']);
});

test("are asked for without a condition from another moment on", async () => {
  await using server = await replay(both);
  await forgeAt(server).changes(SHOP, SINCE, {
    comments: '2026-01-01T00:00:00.000Z | W/"c1"',
    issues: "nonsense",
  });
  expect(server.conditions).toEqual([undefined, undefined]);
});

test("are without issues where those are switched off", async () => {
  await using server = await replay([
    { path: COMMENTS, answer: [comment(1)] },
    { path: ISSUES, status: 410 },
  ]);
  expect(await forgeAt(server).changes(SHOP, SINCE, {})).toMatchObject({
    comments: [{ id: 1 }],
    issues: [],
    complete: true,
    validators: {},
  });
});

const page = (path: string): Exchange => ({
  path,
  headers: { etag: '"c1"' },
  answer: list(100, (at) => comment(at + 1)),
});

test("say when there is more, and then give no validator", async () => {
  const pages = Array.from({ length: 10 }, (_, at) =>
    page(COMMENTS.replace("page=1&", `page=${at + 1}&`)),
  );
  await using server = await replay([...pages, { path: ISSUES, answer: [] }]);
  expect(await forgeAt(server).changes(SHOP, SINCE, {})).toMatchObject({
    complete: false,
    validators: {},
  });
  expect(server.asked).toHaveLength(11);
});

test.each(["", "bare", '"a b"', `"${"x".repeat(300)}"`])(
  "keep no validator like %j",
  async (etag) => {
    await using server = await replay([
      { path: COMMENTS, headers: { etag }, answer: [] },
      { path: ISSUES, answer: [] },
    ]);
    expect((await forgeAt(server).changes(SHOP, SINCE, {})).validators).toEqual({});
  },
);

test("are not read of a repository that is gone", async () => {
  await using server = await replay([{ path: COMMENTS, status: 404 }]);
  await expect(forgeAt(server).changes(SHOP, SINCE, {})).rejects.toMatchObject({
    code: "not_found",
  });
});
