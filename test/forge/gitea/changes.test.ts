import { expect, test } from "vitest";
import { startSandboxForge } from "../../../src/demo/forge/forge.ts";
import type { Changes } from "../../../src/forge/forge.ts";
import { createGitea } from "../../../src/forge/gitea.ts";
import { captured, type CapturedAnswer, replay } from "./captured.ts";

const SHOP = { id: 1, owner: "olivia", name: "shop" };
const REPOSITORY = "olivia/shop";
const COMMENTS = "/api/v1/repos/olivia/shop/issues/comments";
const ISSUES = "/api/v1/repos/olivia/shop/issues";
const SINCE = "2026-11-22T17:20:50Z";

const comments = (change: Partial<CapturedAnswer> = {}) =>
  captured("073", { path: COMMENTS, ...change });
const issues = (change: Partial<CapturedAnswer> = {}) =>
  captured("074", { path: ISSUES, ...change });

/** A forge of its own with a shop, and a clock that is moved by hand. */
async function openShop() {
  const clock = { now: Date.parse("2026-03-01T12:00:00Z") };
  const forge = await startSandboxForge({ now: () => clock.now });
  const { token } = forge.addUser("kugetsu-bot");
  for (const login of ["olivia", "walter"]) forge.addUser(login);
  const { id } = await forge.addRepository(REPOSITORY, { files: { a: "a\n" } });
  const gitea = createGitea({ url: forge.url, token });
  return {
    clock,
    forge,
    changes: (since: string) => gitea.changes({ ...SHOP, id }, since, {}),
    [Symbol.asyncDispose]: () => forge[Symbol.asyncDispose](),
  };
}

const shown = ({ comments: words, issues: threads, complete }: Changes) => ({
  comments: words.map(({ body }) => body),
  issues: threads.map(({ number }) => number),
  complete,
});

test("reads what was captured, oldest change first", async () => {
  await using server = await replay([comments(), issues()]);
  const gitea = createGitea({ url: server.url, token: "t" });
  const found = await gitea.changes(SHOP, SINCE, {});
  const times = found.comments.map(({ updatedAt }) => updatedAt);
  expect([found.comments.length, found.comments.at(-1)?.id]).toEqual([12, 8]);
  expect(times).toEqual(times.toSorted());
  expect(found.issues.map(({ number, updatedAt }) => [number, updatedAt])).toEqual([
    [2, "2026-11-22T17:20:18.000Z"],
    [1, "2026-11-22T17:20:56.000Z"],
  ]);
  expect(found).toMatchObject({ validators: {}, complete: true });
  expect(server.asked).toEqual([
    `GET ${COMMENTS}?since=2026-11-22T17%3A20%3A50Z&page=1&limit=50`,
    `GET ${ISSUES}?since=2026-11-22T17%3A20%3A50Z&page=1&limit=50&state=all`,
  ]);
});

test("finds new and edited comments, closed issues and pull requests since a time, itself included", async () => {
  await using at = await openShop();
  const { forge, clock } = at;
  for (const title of ["one", "two"]) forge.createIssue(REPOSITORY, { by: "olivia", title });
  const old = forge.comment(REPOSITORY, 1, { by: "walter", body: "old" });
  forge.comment(REPOSITORY, 1, { by: "walter", body: "older" });
  clock.now += 60_000;
  const since = new Date(clock.now).toISOString();
  forge.comment(REPOSITORY, 2, { by: "walter", body: "new" });
  clock.now += 1000;
  forge.editComment(old, { by: "olivia", body: "edited" });
  await forge.commit(REPOSITORY, "b", { by: "walter", message: "x", files: { b: "b\n" } });
  clock.now += 1000;
  await forge.openPull(REPOSITORY, { by: "walter", title: "x", head: "b" });
  clock.now += 1000;
  forge.closeIssue(REPOSITORY, 2, "olivia");
  const found = await at.changes(since);
  expect(shown(found)).toEqual({ comments: ["new", "edited"], issues: [3, 2], complete: true });
  expect(found.issues[0]).toMatchObject({ isPullRequest: true });
});

test("reads page after page, whatever a page holds", async () => {
  await using at = await openShop();
  at.forge.createIssue(REPOSITORY, { by: "olivia", title: "one" });
  for (let n = 1; n <= 120; n++) {
    at.forge.comment(REPOSITORY, 1, { by: "walter", body: String(n) });
    at.clock.now += 1000;
  }
  const { comments: all, complete } = await at.changes("2026-03-01T12:00:00Z");
  expect(all.map(({ body }) => Number(body))).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
  expect(complete).toBe(true);
});

test("what is too much for one look is read with the next ones, and nothing is left out", async () => {
  await using at = await openShop();
  const { forge, clock } = at;
  const started = clock.now;
  forge.createIssue(REPOSITORY, { by: "olivia", title: "one" });
  const ids: number[] = [];
  for (let n = 1; n <= 700; n++) {
    ids.push(forge.comment(REPOSITORY, 1, { by: "walter", body: String(n) }));
    clock.now += 7000;
  }
  // The first page holds what was changed last.
  for (const id of ids.slice(0, 60)) forge.editComment(id, { by: "olivia", body: `${id} edited` });
  const found = new Map<number, string>();
  let since = new Date(started).toISOString();
  const looks: boolean[] = [];
  for (let look = 0; look < 10 && looks.at(-1) !== true; look++) {
    const { comments: words, issues: threads, complete } = await at.changes(since);
    for (const { id, body } of words) found.set(id, body);
    expect(words.length).toBeLessThanOrEqual(500);
    looks.push(complete);
    since =
      [...words, ...threads]
        .map(({ updatedAt }) => updatedAt)
        .toSorted()
        .at(-1) ?? since;
  }
  expect([found.size, looks.at(-1)]).toEqual([700, true]);
  expect(looks.length).toBeGreaterThan(1);
  expect(found.get(ids[0] ?? 0)).toBe(`${ids[0]} edited`);
});

test("a short list that the server marks is not sent twice", async () => {
  const body = (captured("073").body as object[]).slice(0, 2);
  const first = comments({ body, headers: { "x-total-count": "2", etag: 'W/"abc"' } });
  const answers = [first, issues({ headers: { "x-total-count": "2", etag: '"def"' } })];
  await using server = await replay(answers);
  const gitea = createGitea({ url: server.url, token: "t" });
  const { validators, comments: before } = await gitea.changes(SHOP, SINCE, {});
  expect(before).toHaveLength(2);
  expect(Object.values(validators)).toEqual(['W/"abc"', '"def"']);
  answers[0] = { ...first, status: 304, body: "" };
  const again = await gitea.changes(SHOP, SINCE, validators);
  expect(shown(again)).toEqual({ comments: [], issues: [2, 1], complete: true });
  expect(again.validators).toEqual(validators);
  // Another cursor is another list.
  answers[0] = first;
  const later = await gitea.changes(SHOP, "2026-11-22T17:30:00Z", validators);
  expect(Object.keys(later.validators)).not.toEqual(Object.keys(validators));
});

test.each([
  ["a list as long as that may have more pages", { "x-total-count": "6", etag: '"abc"' }],
  ["a mark that no header could carry", { "x-total-count": "2", etag: '"a b"' }],
])("%s is not remembered", async (_, headers) => {
  const body = (captured("073").body as object[]).slice(0, Number(headers["x-total-count"]));
  await using server = await replay([comments({ body, headers }), issues()]);
  const gitea = createGitea({ url: server.url, token: "t" });
  expect((await gitea.changes(SHOP, SINCE, {})).validators).toEqual({});
});

test.each([
  ["without a total", comments({ headers: {} })],
  [
    "with a comment that is none",
    comments({ body: [{ id: "x" }], headers: { "x-total-count": "1" } }),
  ],
])("an answer %s is not understood", async (_, answer) => {
  await using server = await replay([answer, issues()]);
  const gitea = createGitea({ url: server.url, token: "t" });
  await expect(gitea.changes(SHOP, SINCE, {})).rejects.toMatchObject({ code: "unavailable" });
});

test("nothing is asked from a moment that is none", async () => {
  await using server = await replay([]);
  const gitea = createGitea({ url: server.url, token: "t" });
  await expect(gitea.changes(SHOP, "soon", {})).rejects.toMatchObject({ code: "invalid" });
  expect(server.asked).toEqual([]);
});
