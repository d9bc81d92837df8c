import { expect, test } from "vitest";
import { createGitea } from "../../src/forge/gitea.ts";
import { captured, type CapturedAnswer, type Replay, replay } from "./gitea/captured.ts";

const TOKEN = "0123456789abcdef0123456789abcdef01234567";
const SHOP = "/api/v1/repos/olivia/shop";
const SINCE = "2026-11-22T17:00:00Z";
const ISSUE = { owner: "olivia", name: "shop", number: 1 };

function forgeAt({ url }: Replay) {
  return createGitea({ url, token: TOKEN });
}

/** One comment of the captured list, as the endpoint for a single comment answers. */
function singleComment(id: number, change: object = {}): CapturedAnswer {
  const list = captured("072").body as { id: number }[];
  const body = { ...list.find((one) => one.id === id), ...change };
  return { method: "GET", path: `${SHOP}/issues/comments/${id}`, status: 200, body };
}

test("tells its instance and address, with a sub-path and without a trailing slash", () => {
  const forge = createGitea({ url: "https://Git.Example.org:8443/git//", token: TOKEN });
  expect([forge.instance, forge.url]).toEqual([
    "git.example.org:8443",
    "https://git.example.org:8443/git",
  ]);
  expect(forge.cloneUrl("olivia", "shop")).toBe("https://git.example.org:8443/git/olivia/shop.git");
});

test.each([
  "",
  "git.example.org",
  "ftp://git.example.org",
  "https://user:secret@git.example.org",
  "https://git.example.org/?x=1",
  "https://git.example.org/#x",
])("refuses %j as an address, without quoting it", (url) => {
  expect(() => createGitea({ url, token: TOKEN })).toThrow(
    expect.objectContaining({ code: "invalid", message: expect.not.stringContaining("secret") }),
  );
});

test("speaks to the API below a sub-path, with its token", async () => {
  await using server = await replay([captured("001")], "/git");
  const forge = createGitea({ url: `${server.url}/`, token: TOKEN });
  expect(await forge.self()).toEqual({ id: 6, login: "kugetsu-bot", email: "bot@example.org" });
  expect(server.asked).toEqual(["GET /git/api/v1/user"]);
  expect(server.tokens).toEqual([`Bearer ${TOKEN}`]);
});

test("asks once whose token it is, and names that account to git", async () => {
  await using server = await replay([captured("001")]);
  const forge = forgeAt(server);
  const credentials = () => forge.credentials("olivia", "shop");
  expect(await credentials()).toEqual({ username: "kugetsu", password: TOKEN });
  await Promise.all([forge.self(), forge.self()]);
  await forge.self();
  expect(server.asked).toHaveLength(1);
  expect(await credentials()).toEqual({ username: "kugetsu-bot", password: TOKEN });
});

test("can be used only while the forge takes the token, also when it took it before", async () => {
  const answers = [captured("001")];
  await using server = await replay(answers);
  const forge = forgeAt(server);
  await forge.self();
  await forge.ping();
  answers[0] = captured("003");
  await expect(forge.ping()).rejects.toMatchObject({ code: "unavailable" });
});

test("asks again whose token it is after a failure", async () => {
  const answers = [captured("003")];
  await using server = await replay(answers);
  const forge = forgeAt(server);
  await expect(forge.self()).rejects.toMatchObject({ code: "unavailable", needsOperator: true });
  answers[0] = captured("001");
  expect(await forge.self()).toMatchObject({ login: "kugetsu-bot" });
});

test("knows an account that hides its address by the one Gitea writes for it", async () => {
  const body = { id: 6, login: "kugetsu-bot", email: "" };
  await using server = await replay([captured("001", { body })]);
  expect(await forgeAt(server).self()).toMatchObject({ email: "kugetsu-bot@noreply.127.0.0.1" });
});

test("reads a personal repository", async () => {
  await using server = await replay([captured("009"), captured("041")]);
  expect(await forgeAt(server).repository("olivia", "shop")).toEqual({
    id: 1,
    owner: "olivia",
    name: "shop",
    defaultBranch: "main",
    empty: false,
    archived: false,
    ownedByOrganization: false,
    webUrl: "http://gitea.test/olivia/shop",
  });
});

test("reads an organisation's repository", async () => {
  await using server = await replay([captured("030"), captured("035")]);
  expect(await forgeAt(server).repository("acme", "api")).toMatchObject({
    owner: "acme",
    ownedByOrganization: true,
  });
});

test("counts a repository as an organisation's when its teams are not told", async () => {
  const teams = captured("041", { status: 403, body: {} });
  await using server = await replay([captured("009"), teams]);
  expect(await forgeAt(server).repository("olivia", "shop")).toMatchObject({
    ownedByOrganization: true,
  });
});

test.each([
  ["missing", "010", "missing"],
  ["private", "011", "vault"],
])("does not find a %s repository", async (_, answer, name) => {
  const teams = {
    method: "GET",
    path: `/api/v1/repos/olivia/${name}/teams`,
    status: 404,
    body: {},
  };
  await using server = await replay([captured(answer), teams]);
  await expect(forgeAt(server).repository("olivia", name)).rejects.toMatchObject({
    code: "not_found",
    message: "Could not read the repository: the forge answered 404.",
  });
});

test("follows a renamed repository to its new name", async () => {
  const store = "/api/v1/repos/olivia/store";
  const moved = { status: 307, body: "" };
  await using server = await replay([
    captured("009", { ...moved, headers: { location: store } }),
    captured("041", { ...moved, headers: { location: `${store}/teams` } }),
    captured("119", { path: store }),
    captured("041", { path: `${store}/teams` }),
  ]);
  expect(await forgeAt(server).repository("olivia", "shop")).toMatchObject({
    id: 1,
    owner: "olivia",
    name: "store",
    ownedByOrganization: false,
  });
});

test("reads an issue", async () => {
  await using server = await replay([captured("060")]);
  expect(await forgeAt(server).issue(ISSUE)).toEqual({
    number: 1,
    title: "Total is wrong for an empty basket",
    body: "The total of an empty basket is `NaN`.\n\n```js\ntotal([]) // NaN\n```",
    author: { id: 1, login: "olivia" },
    state: "open",
    isPullRequest: false,
    labels: [],
    assignees: [],
    createdAt: "2026-11-22T17:19:50.000Z",
    updatedAt: "2026-11-22T17:19:50.000Z",
    webUrl: "http://gitea.test/olivia/shop/issues/1",
  });
});

test("does not find a missing issue", async () => {
  await using server = await replay([captured("061")]);
  await expect(forgeAt(server).issue({ ...ISSUE, number: 9999 })).rejects.toMatchObject({
    code: "not_found",
  });
});

test.each([
  ["javascript:alert(1)"],
  ["http://user:secret@gitea.test/x"],
  ["http://gitea.test/)[x](http://evil.test"],
  ["not an address"],
  [null],
])("shows its own address instead of %j", async (html_url) => {
  const body = { ...(captured("060").body as object), html_url };
  await using server = await replay([captured("060", { body })]);
  expect(await forgeAt(server).issue(ISSUE)).toMatchObject({
    webUrl: `${server.url}/olivia/shop/issues/1`,
  });
});

test("reads the comments of an issue, oldest first", async () => {
  await using server = await replay([captured("072")]);
  const comments = await forgeAt(server).comments(ISSUE);
  expect(comments.map(({ id }) => id)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  expect(comments[1]).toEqual({
    id: 9,
    issueNumber: 1,
    body: "/kugetsu fix and add a test\nKeep it small.",
    author: { id: 2, login: "walter" },
    createdAt: "2026-11-22T17:20:24.000Z",
    updatedAt: "2026-11-22T17:20:24.000Z",
    webUrl: "http://gitea.test/olivia/shop/issues/1#issuecomment-9",
  });
});

test("keeps the newest 200 comments, in whatever order they come", async () => {
  const [first] = captured("072").body as object[];
  const body = Array.from({ length: 205 }, (_, at) => ({ ...first, id: 1000 - at }));
  await using server = await replay([captured("072", { body })]);
  const ids = (await forgeAt(server).comments(ISSUE)).map(({ id }) => id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([200, 801, 1000]);
});

test("reads a comment of a deleted account as nobody's", async () => {
  await using server = await replay([singleComment(9, { user: null })]);
  expect(await forgeAt(server).comment("olivia", "shop", 9)).toMatchObject({
    author: { id: -1, login: "ghost" },
  });
});

test("reads one comment, which says where it belongs", async () => {
  await using server = await replay([singleComment(9)]);
  expect(await forgeAt(server).comment("Olivia", "SHOP", 9).catch(String)).toContain("501");
  expect(await forgeAt(server).comment("olivia", "shop", 9)).toMatchObject({
    id: 9,
    issueNumber: 1,
    author: { id: 2, login: "walter" },
  });
});

test("reads a comment of a pull request, also where the forge calls itself by another path", async () => {
  const pull_request_url = "https://public.example.org/git/Olivia/Shop/pulls/3";
  await using server = await replay([singleComment(9, { issue_url: "", pull_request_url })]);
  expect(await forgeAt(server).comment("olivia", "shop", 9)).toMatchObject({ issueNumber: 3 });
});

test("a comment that is gone, or is none, is undefined", async () => {
  const path = `${SHOP}/issues/comments/999999`;
  await using gone = await replay([captured("071", { method: "GET" })]);
  expect(await forgeAt(gone).comment("olivia", "shop", 999_999)).toBeUndefined();
  await using none = await replay([{ method: "GET", path, status: 204, body: "" }]);
  expect(await forgeAt(none).comment("olivia", "shop", 999_999)).toBeUndefined();
});

test("a comment of another repository is not there", async () => {
  const issue_url = "http://gitea.test/olivia/vault/issues/1";
  await using server = await replay([
    singleComment(9, { issue_url }),
    captured("009"),
    captured("041"),
  ]);
  expect(await forgeAt(server).comment("olivia", "shop", 9)).toBeUndefined();
});

test("a comment is found by the old name of a renamed repository", async () => {
  const issue_url = "http://gitea.test/olivia/store/issues/1";
  await using server = await replay([
    singleComment(9, { issue_url }),
    captured("119"),
    captured("041"),
  ]);
  expect(await forgeAt(server).comment("olivia", "shop", 9)).toMatchObject({ id: 9 });
});

test("adds a reaction, also one that is there already", async () => {
  for (const answer of ["083", "084"]) {
    await using server = await replay([captured(answer)]);
    await forgeAt(server).react(ISSUE, { place: "comment", id: 8 }, "eyes");
    expect(server.bodies).toEqual([{ content: "eyes" }]);
  }
});

test.each([
  ["a comment on a line, as to any comment", "review_comment", "issues/comments/26"],
  ["a review, by its pull request", "review", "issues/1"],
] as const)("reacts to %s", async (_, place, path) => {
  await using server = await replay([captured("083", { path: `${SHOP}/${path}/reactions` })]);
  await forgeAt(server).react(ISSUE, { place, id: 26 }, "eyes");
  expect(server.bodies).toEqual([{ content: "eyes" }]);
});

test("reacts to an issue", async () => {
  await using server = await replay([captured("088")]);
  await forgeAt(server).react(ISSUE, { place: "issue" }, "rocket");
  expect(server.bodies).toEqual([{ content: "rocket" }]);
});

test("cannot react to a comment that is gone, or with what the forge does not allow", async () => {
  await using gone = await replay([captured("089")]);
  const missing = { place: "comment", id: 999_999 } as const;
  await expect(forgeAt(gone).react(ISSUE, missing, "eyes")).rejects.toMatchObject({
    code: "not_found",
  });
  await using unknown = await replay([captured("085")]);
  const known = { place: "comment", id: 8 } as const;
  await expect(forgeAt(unknown).react(ISSUE, known, "eyes")).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("posts a comment and returns its id", async () => {
  await using server = await replay([captured("067")]);
  expect(await forgeAt(server).createComment(ISSUE, "**Queued.**")).toBe(19);
  expect(server.bodies).toEqual([{ body: "**Queued.**" }]);
});

test.each(["076", "117"])("a comment on an issue that is gone is final (%s)", async (answer) => {
  const refused = captured(answer);
  const path = refused.path.replace(/\/comments$/, "");
  await using server = await replay([refused, captured("061", { path })]);
  const number = Number(path.split("/").at(-1));
  await expect(forgeAt(server).createComment({ ...ISSUE, number }, "x")).rejects.toMatchObject({
    code: "not_found",
  });
  expect(server.asked).toHaveLength(2);
});

test("a comment that failed on an issue that is there may be tried again", async () => {
  await using server = await replay([captured("117"), captured("060")]);
  await expect(forgeAt(server).createComment(ISSUE, "x")).rejects.toMatchObject({
    code: "unavailable",
  });
});

test.each([
  ["empty", "077", "failed"],
  ["with a bad token", "080", "unavailable"],
  ["on a locked issue", "114", "forbidden"],
])("a comment %s is refused", async (_, answer, code) => {
  await using server = await replay([captured(answer)]);
  await expect(forgeAt(server).createComment(ISSUE, "")).rejects.toMatchObject({ code });
});

test("a comment in an archived repository is refused for good, and the hint says why", async () => {
  await using server = await replay([captured("121")]);
  const address = { owner: "acme", name: "store", number: 7 };
  await expect(forgeAt(server).createComment(address, "x")).rejects.toMatchObject({
    code: "forbidden",
    retryAfterMs: undefined,
    hint: "The repository is archived.",
  });
});

test("edits a comment", async () => {
  await using server = await replay([captured("068")]);
  await forgeAt(server).editComment("olivia", "shop", 19, "**Working.**");
  expect(server.bodies).toEqual([{ body: "**Working.**" }]);
});

test("cannot edit a comment that is gone, or another's", async () => {
  await using gone = await replay([captured("071")]);
  await expect(forgeAt(gone).editComment("olivia", "shop", 999_999, "x")).rejects.toMatchObject({
    code: "not_found",
  });
  await using others = await replay([captured("070")]);
  await expect(forgeAt(others).editComment("olivia", "shop", 8, "x")).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("reads the head of a branch, or that there is none", async () => {
  await using server = await replay([captured("090"), captured("091")]);
  const forge = forgeAt(server);
  expect(await forge.branch("olivia", "shop", "fix/issue-1")).toBe(
    "10fc4def1704dfc5f48dc38eaa837b4fe0533f75",
  );
  expect(await forge.branch("olivia", "shop", "missing")).toBeUndefined();
});

test("opens a pull request", async () => {
  await using server = await replay([captured("095")]);
  const draft = {
    title: "Total of an empty basket is 0",
    body: "Fixes #1",
    head: "fix/issue-1",
    base: "main",
  };
  expect(await forgeAt(server).createPullRequest("olivia", "shop", draft)).toEqual({
    number: 3,
    state: "open",
    author: { id: 6, login: "kugetsu-bot" },
    base: "main",
    head: "fix/issue-1",
    fromFork: false,
    webUrl: "http://gitea.test/olivia/shop/pulls/3",
    body: "Fixes #1",
    reviewers: [],
  });
  expect(server.bodies).toEqual([draft]);
});

test("reads a pull request by its number, or that there is none", async () => {
  await using server = await replay([captured("100")]);
  const at = { ...ISSUE, number: 3 };
  expect(await forgeAt(server).pullRequestAt(at)).toMatchObject({
    number: 3,
    head: "fix/issue-1",
    base: "main",
    fromFork: false,
    author: { id: 6, login: "kugetsu-bot" },
  });
  const missing = captured("061", { path: `${SHOP}/pulls/9` });
  await using none = await replay([missing]);
  expect(await forgeAt(none).pullRequestAt({ ...ISSUE, number: 9 })).toBeUndefined();
});

test("knows a pull request from a fork", async () => {
  const fork = captured("111");
  const { number } = fork.body as { number: number };
  const path = `${SHOP}/pulls/${number}`;
  await using server = await replay([{ ...fork, method: "GET", path, status: 200 }]);
  expect(await forgeAt(server).pullRequestAt({ ...ISSUE, number })).toMatchObject({
    number,
    fromFork: true,
  });
});

test.each([
  ["there is one already", "096", "conflict"],
  ["the branch is missing", "093", "not_found"],
  ["it is the base itself", "094", "failed"],
])("opens no pull request when %s", async (_, answer, code) => {
  await using server = await replay([captured(answer)]);
  const draft = { title: "x", body: "", head: "x", base: "main" };
  await expect(forgeAt(server).createPullRequest("olivia", "shop", draft)).rejects.toMatchObject({
    code,
  });
});

test("asks for a review", async () => {
  const path = `${SHOP}/pulls/3/requested_reviewers`;
  await using server = await replay([{ method: "POST", path, status: 201, body: [] }]);
  await forgeAt(server).requestReview("olivia", "shop", 3, "walter");
  expect(server.bodies).toEqual([{ reviewers: ["walter"] }]);
  // gitea-js names none for this call, and Gitea answers 422 to that.
  expect(server.types).toEqual(["application/json"]);
});

test.each(["..", "a/b", "a?x", "a#x", "", "-x", "a%2fb", "a b", "a\u0000", "ö", "x".repeat(101)])(
  "asks nothing for a repository named %j",
  async (name) => {
    await using server = await replay([]);
    const forge = forgeAt(server);
    const refused = { code: "invalid" };
    const address = { owner: name, name: "shop", number: 1 };
    await expect(forge.repository("olivia", name)).rejects.toMatchObject(refused);
    await expect(forge.repository(name, "shop")).rejects.toMatchObject(refused);
    await expect(forge.issue(address)).rejects.toMatchObject(refused);
    await expect(forge.comments(address)).rejects.toMatchObject(refused);
    await expect(forge.createComment(address, "x")).rejects.toMatchObject(refused);
    await expect(forge.comment("olivia", name, 1)).rejects.toMatchObject(refused);
    await expect(forge.editComment("olivia", name, 1, "x")).rejects.toMatchObject(refused);
    const place = { owner: "olivia", name, number: 1 };
    await expect(forge.react(place, { place: "issue" }, "eyes")).rejects.toMatchObject(refused);
    await expect(forge.reviewWords(place, "review", 1)).rejects.toMatchObject(refused);
    await expect(forge.reviewWords(place, "review_comment", 1)).rejects.toMatchObject(refused);
    await expect(forge.reviews(place, SINCE)).rejects.toMatchObject(refused);
    await expect(forge.lastLabelling(place, "kugetsu")).rejects.toMatchObject(refused);
    await expect(forge.pullRequestAt(place)).rejects.toMatchObject(refused);
    const repository = { id: 1, owner: "olivia", name };
    await expect(forge.changes(repository, SINCE, {})).rejects.toMatchObject(refused);
    await expect(forge.branch("olivia", name, "main")).rejects.toMatchObject(refused);
    await expect(forge.pullRequest("olivia", name, "main")).rejects.toMatchObject(refused);
    await expect(forge.requestReview("olivia", "shop", 1, name)).rejects.toMatchObject(refused);
    await expect(
      forge.createPullRequest("olivia", name, { title: "", body: "", head: "", base: "" }),
    ).rejects.toMatchObject(refused);
    expect(() => forge.cloneUrl("olivia", name)).toThrow(expect.objectContaining(refused));
    expect(server.asked).toEqual([]);
  },
);

test.each([0, -1, 1.5, Number.NaN, 2 ** 53])("asks nothing for number %d", async (number) => {
  await using server = await replay([]);
  const forge = forgeAt(server);
  await expect(forge.issue({ ...ISSUE, number })).rejects.toMatchObject({ code: "invalid" });
  await expect(forge.comment("olivia", "shop", number)).rejects.toMatchObject({ code: "invalid" });
  expect(server.asked).toEqual([]);
});

test.each([
  "",
  "..",
  "a/../b",
  "a b",
  "-x",
  "a:b",
  "/a",
  "a/",
  "a.",
  ".a",
  "a//b",
  "a\u0000",
  "a\uD800",
])("asks nothing for a branch named %j", async (branch) => {
  await using server = await replay([]);
  await expect(forgeAt(server).branch("olivia", "shop", branch)).rejects.toMatchObject({
    code: "invalid",
  });
  expect(server.asked).toEqual([]);
});
