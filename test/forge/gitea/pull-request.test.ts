import { expect, test } from "vitest";
import { createGitea } from "../../../src/forge/gitea.ts";
import { captured, type CapturedAnswer, replay } from "./captured.ts";

const HEAD = "fix/issue-1";
const PULLS = "/api/v1/repos/olivia/shop/pulls";

interface Pull {
  readonly number: number;
  readonly head: { readonly repo_id: number; readonly label: string; readonly ref: string };
}

/** The captured list: 4 from `same-as-main`, 3 from `fix/issue-1`, newest first. */
const [OTHER, OWN] = captured("101").body as [Pull, Pull];
const FORK = captured("111").body as Pull;
const MERGED = captured("110").body as Pull;

function page(query: string, items: readonly object[], total?: number): CapturedAnswer {
  const headers = total === undefined ? {} : { "x-total-count": String(total) };
  return { method: "GET", path: `${PULLS}?state=all&${query}`, status: 200, headers, body: items };
}

async function find(answers: readonly CapturedAnswer[], head = HEAD) {
  await using server = await replay([captured("001"), ...answers]);
  const found = await createGitea({ url: server.url, token: "t" }).pullRequest(
    "olivia",
    "shop",
    head,
  );
  return { found, calls: server.asked.length };
}

test("is found among the newest with one call", async () => {
  const { found, calls } = await find([page("page=1&limit=50", [OTHER, OWN], 2)]);
  expect(found).toMatchObject({
    number: 3,
    state: "open",
    head: HEAD,
    base: "main",
    author: { login: "kugetsu-bot" },
    reviewers: [],
  });
  expect(calls).toBe(1);
});

test("is none where the list has no more, with one call", async () => {
  expect(await find([page("page=1&limit=50", [OTHER], 1)])).toEqual({ found: undefined, calls: 1 });
});

test("is the newest of several from the same branch", async () => {
  const items = [OTHER, { ...OWN, number: 9 }, { ...OWN, number: 12 }, OWN];
  expect((await find([page("page=1&limit=50", items, 4)])).found).toMatchObject({ number: 12 });
});

test("is never a fork's of the same branch name", async () => {
  const fork = { ...FORK, head: { ...FORK.head, label: HEAD, ref: HEAD } };
  expect((await find([page("page=1&limit=50", [fork], 1)])).found).toBeUndefined();
});

test("is not one whose fork is gone", async () => {
  const gone = { ...FORK, head: { label: HEAD, ref: "refs/pull/5/head", repo_id: -1, repo: null } };
  expect((await find([page("page=1&limit=50", [gone], 1)])).found).toBeUndefined();
});

test("is known as merged, also when its branch was deleted", async () => {
  const head = { ...MERGED.head, ref: "refs/pull/3/head" };
  const { found } = await find([page("page=1&limit=50", [{ ...MERGED, head }], 1)]);
  expect(found).toMatchObject({ number: 3, state: "merged", head: HEAD });
});

test("is looked for among the bot's own where there are many", async () => {
  const { found } = await find([
    page("page=1&limit=50", [OTHER], 500),
    page("page=1&limit=50&poster=kugetsu-bot", [OTHER], 51),
    page("page=2&limit=50&poster=kugetsu-bot", [OWN], 51),
  ]);
  expect(found).toMatchObject({ number: 3 });
});

test("is looked up towards the default branch where the bot opened none", async () => {
  const { found } = await find([
    page("page=1&limit=50", [OTHER], 500),
    page("page=1&limit=50&poster=kugetsu-bot", [], 0),
    captured("098"),
  ]);
  expect(found).toMatchObject({ number: 3 });
});

test("is none where the look-up finds none either, with a bounded number of calls", async () => {
  const pages = Array.from({ length: 20 }, (_, at) =>
    page(`page=${at + 1}&limit=50&poster=kugetsu-bot`, [OTHER], 5000),
  );
  const lookUp = { method: "GET", path: `${PULLS}/main/fix%2Fissue-1`, status: 404, body: {} };
  expect(await find([page("page=1&limit=50", [OTHER], 5000), ...pages, lookUp])).toEqual({
    found: undefined,
    calls: 13,
  });
});

test("ends at an empty page where the forge does not count", async () => {
  const { found } = await find([
    page("page=1&limit=50", [OTHER]),
    page("page=1&limit=50&poster=kugetsu-bot", []),
    { method: "GET", path: `${PULLS}/main/fix%2Fissue-1`, status: 404, body: {} },
  ]);
  expect(found).toBeUndefined();
});

test.each(["", "..", "a b", "olivia:main"])("is not asked for a branch named %j", async (head) => {
  await expect(find([], head)).rejects.toMatchObject({ code: "invalid" });
});
