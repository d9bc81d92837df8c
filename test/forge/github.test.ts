import { describe, expect, test } from "vitest";
import { createGitHub } from "../../src/forge/github.ts";
import {
  AT,
  comment,
  forgeAt,
  issue,
  list,
  OLIVIA,
  type Part,
  person,
  REPO,
  repository,
  TOKEN,
  user,
  WALTER,
} from "./github/published.ts";
import { type Exchange, replay } from "./github/replay.ts";

const ISSUE = `${REPO}/issues/7`;
const MINIMAL = { auth: { kind: "token", token: TOKEN } } as const;

describe("its address", () => {
  test("is GitHub's own where none is said", () => {
    const forge = createGitHub(MINIMAL);
    expect([forge.kind, forge.instance, forge.url]).toEqual([
      "github",
      "github.com",
      "https://github.com",
    ]);
    expect(forge.cloneUrl("olivia", "shop")).toBe("https://github.com/olivia/shop.git");
  });

  test.each(["", "github.com", "https://u:p@github.com", "https://github.com/?q"])(
    "may not be %j",
    (url) => {
      expect(() => createGitHub({ ...MINIMAL, url })).toThrow(
        expect.objectContaining({ code: "invalid" }),
      );
    },
  );
});

describe("a repository", () => {
  test("is read", async () => {
    await using server = await replay([{ path: REPO, answer: repository() }]);
    expect(await forgeAt(server).repository("olivia", "shop")).toEqual({
      id: 100,
      owner: "olivia",
      name: "shop",
      defaultBranch: "main",
      empty: false,
      archived: false,
      ownedByOrganization: false,
      webUrl: "https://github.com/olivia/shop",
    });
  });

  test("of an organisation, archived", async () => {
    const answer = repository({ owner: user("acme", 5, "Organization"), archived: true });
    await using server = await replay([{ path: REPO, answer }]);
    expect(await forgeAt(server).repository("olivia", "shop")).toMatchObject({
      owner: "acme",
      archived: true,
      ownedByOrganization: true,
    });
  });

  test.each<[string, number, unknown, boolean]>([
    ["without a branch is empty", 200, [], true],
    ["with a branch is only not counted yet", 200, [{ name: "main" }], false],
    ["that says it is empty is", 409, { message: "Git Repository is empty." }, true],
  ])("of no size %s", async (_, status, answer, empty) => {
    await using server = await replay([
      { path: REPO, answer: repository({ size: 0 }) },
      { path: `${REPO}/branches?per_page=1`, status, answer },
    ]);
    expect(await forgeAt(server).repository("olivia", "shop")).toMatchObject({ empty });
  });

  test("is followed to its new name, inside the API", async () => {
    await using server = await replay([
      { path: REPO, status: 301, headers: { location: "/api/v3/repositories/100" } },
      { path: "/repositories/100", answer: repository({ name: "store" }) },
    ]);
    expect(await forgeAt(server).repository("olivia", "shop")).toMatchObject({ name: "store" });
    expect(server.authorizations).toEqual([`token ${TOKEN}`, `token ${TOKEN}`]);
  });

  test("is not followed to another host, where the token would go along", async () => {
    await using other = await replay([]);
    const headers = { location: `${other.url}/api/v3/repositories/100` };
    await using server = await replay([{ path: REPO, status: 301, headers }]);
    await expect(forgeAt(server).repository("olivia", "shop")).rejects.toMatchObject({
      code: "failed",
    });
    expect(other.asked).toEqual([]);
  });

  test("that is nowhere is not found", async () => {
    await using server = await replay([{ path: REPO, status: 404 }]);
    await expect(forgeAt(server).repository("olivia", "shop")).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test.each(["..", "a/b", "a b", ""])("is not asked for as %j", async (name) => {
    await using server = await replay([]);
    await expect(forgeAt(server).repository("olivia", name)).rejects.toMatchObject({
      code: "invalid",
    });
  });
});

describe("an issue", () => {
  test("is read", async () => {
    await using server = await replay([{ path: ISSUE, answer: issue() }]);
    expect(await forgeAt(server).issue(AT)).toEqual({
      number: 7,
      title: "Total is wrong",
      body: "It is `NaN`.",
      author: person(WALTER),
      state: "open",
      isPullRequest: false,
      labels: ["kugetsu", "old"],
      assignees: [person(OLIVIA)],
      createdAt: "2026-01-02T03:04:05.000Z",
      updatedAt: "2026-01-02T03:05:06.000Z",
      webUrl: "https://github.com/olivia/shop/issues/7",
    });
  });

  test("may be a pull request, without a text and of a deleted account", async () => {
    const answer = issue({ body: null, user: null, pull_request: { url: "x" } });
    await using server = await replay([{ path: ISSUE, answer }]);
    expect(await forgeAt(server).issue(AT)).toMatchObject({
      isPullRequest: true,
      body: "",
      author: { id: -1, login: "ghost" },
    });
  });

  test.each<[string, Part<"issue">]>([
    ["of the same number", {}],
    ["of another number", { number: 8 }],
  ])("that was moved to another repository is not found, %s there", async (_, change) => {
    const elsewhere = "https://api.github.com/repos/olivia/other";
    await using server = await replay([
      { path: ISSUE, answer: issue({ repository_url: elsewhere, ...change }) },
      { path: REPO, answer: repository() },
    ]);
    await expect(forgeAt(server).issue(AT)).rejects.toMatchObject({ code: "not_found" });
  });

  test("of a renamed repository is found by the old name", async () => {
    const repository_url = "https://api.github.com/repos/olivia/store";
    await using server = await replay([
      { path: ISSUE, answer: issue({ repository_url }) },
      { path: REPO, answer: repository({ name: "store" }) },
    ]);
    expect(await forgeAt(server).issue(AT)).toMatchObject({ number: 7 });
  });

  test.each([404, 410])("that is gone (%d) is not found", async (status) => {
    await using server = await replay([{ path: ISSUE, status }]);
    await expect(forgeAt(server).issue(AT)).rejects.toMatchObject({ code: "not_found" });
  });
});

const page = (number: number, count: number, last: number): Exchange => ({
  path: `${ISSUE}/comments?per_page=100&page=${number}`,
  headers: {
    link: `<https://x.test/c?page=2>; rel="next", <https://x.test/c?page=${last}>; rel="last"`,
  },
  answer: list(count, (at) => comment(number * 1000 + at)),
});

describe("the comments", () => {
  test("are read, oldest first", async () => {
    const answer = [
      comment(2, { created_at: "2026-01-02T03:04:06Z" }),
      comment(1, { user: user("app[bot]", 9, "Bot") }),
    ];
    await using server = await replay([{ path: `${ISSUE}/comments?per_page=100&page=1`, answer }]);
    expect(await forgeAt(server).comments(AT)).toMatchObject([
      { id: 1, issueNumber: 7, author: { id: 9, login: "app[bot]" } },
      { id: 2, author: person(WALTER), webUrl: expect.stringContaining("#issuecomment-2") },
    ]);
  });

  test("are the newest 200 of thousands, without reading those", async () => {
    await using server = await replay([
      page(1, 100, 40),
      page(40, 30, 40),
      page(39, 100, 40),
      page(38, 100, 40),
    ]);
    const comments = await forgeAt(server).comments(AT);
    expect(comments.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 70 }, (_, at) => 38_030 + at),
      ...Array.from({ length: 100 }, (_, at) => 39_000 + at),
      ...Array.from({ length: 30 }, (_, at) => 40_000 + at),
    ]);
    expect(server.asked).toHaveLength(4);
  });
});

describe("a comment", () => {
  const path = `${REPO}/issues/comments/5`;

  test("is read, and says to which issue it belongs", async () => {
    await using server = await replay([{ path, answer: comment(5) }]);
    expect(await forgeAt(server).comment("olivia", "shop", 5)).toEqual({
      id: 5,
      issueNumber: 7,
      body: "/kugetsu fix",
      author: person(WALTER),
      createdAt: "2026-01-02T03:04:05.000Z",
      updatedAt: "2026-01-02T03:04:05.000Z",
      webUrl: "https://github.com/olivia/shop/issues/7#issuecomment-5",
    });
  });

  test("is undefined when it is gone, or of another repository", async () => {
    const issue_url = "https://api.github.com/repos/olivia/other/issues/7";
    await using gone = await replay([{ path, status: 404 }]);
    expect(await forgeAt(gone).comment("olivia", "shop", 5)).toBeUndefined();
    await using moved = await replay([
      { path, answer: comment(5, { issue_url }) },
      { path: REPO, answer: repository() },
    ]);
    expect(await forgeAt(moved).comment("olivia", "shop", 5)).toBeUndefined();
  });

  test("is posted once, and not again after a fault", async () => {
    const body = { body: "Hello" };
    await using server = await replay([
      { method: "POST", path: `${ISSUE}/comments`, body, answer: comment(6), once: true },
      { method: "POST", path: `${ISSUE}/comments`, body, status: 502 },
    ]);
    const forge = forgeAt(server);
    expect(await forge.createComment(AT, "Hello")).toBe(6);
    await expect(forge.createComment(AT, "Hello")).rejects.toMatchObject({ code: "unavailable" });
    expect(server.asked).toHaveLength(2);
  });

  test.each<[number, string, string]>([
    [403, "forbidden", "Unable to create comment because issue is locked."],
    [403, "forbidden", "Repository was archived so is read-only."],
    [404, "not_found", "Not Found"],
    [410, "not_found", "This issue was deleted"],
    [422, "failed", "Validation Failed"],
  ])("that may not be posted (%d) is %s: %s", async (status, code, message) => {
    const answer = { message };
    const post: Exchange = {
      method: "POST",
      path: `${ISSUE}/comments`,
      body: { body: "x" },
      status,
      answer,
    };
    await using server = await replay([post]);
    await expect(forgeAt(server).createComment(AT, "x")).rejects.toMatchObject({ code });
  });

  test("is edited", async () => {
    await using server = await replay([
      { method: "PATCH", path, body: { body: "new" }, answer: comment(5) },
      { method: "PATCH", path, body: { body: "gone" }, status: 404 },
    ]);
    const forge = forgeAt(server);
    await forge.editComment("olivia", "shop", 5, "new");
    await expect(forge.editComment("olivia", "shop", 5, "gone")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

test.each([
  [{ place: "issue" } as const, `${ISSUE}/reactions`],
  [{ place: "review", id: 3 } as const, `${ISSUE}/reactions`],
  [{ place: "comment", id: 3 } as const, `${REPO}/issues/comments/3/reactions`],
  [{ place: "review_comment", id: 3 } as const, `${REPO}/pulls/comments/3/reactions`],
])("reacts to %j at its place, once more without an error", async (to, path) => {
  const body = { content: "eyes" };
  await using server = await replay([
    { method: "POST", path, body, answer: { id: 1, content: "eyes" }, once: true },
    { method: "POST", path, body, status: 200, answer: { id: 1, content: "eyes" } },
  ]);
  await forgeAt(server).react(AT, to, "eyes");
  await forgeAt(server).react(AT, to, "eyes");
  expect(server.asked).toHaveLength(2);
});

describe("a branch", () => {
  const path = `${REPO}/branches/fix%2Fissue-7`;
  const answer = {
    name: "fix/issue-7",
    commit: { sha: "b".repeat(40) },
  } satisfies Part<"branch-with-protection">;

  test.each<[string, Omit<Exchange, "path">, string | undefined]>([
    ["has a head", { answer }, "b".repeat(40)],
    ["may be missing", { status: 404 }, undefined],
    ["that was renamed is not there", { answer: { ...answer, name: "other" } }, undefined],
  ])("%s", async (_, exchange, sha) => {
    await using server = await replay([{ path, ...exchange }]);
    expect(await forgeAt(server).branch("olivia", "shop", "fix/issue-7")).toBe(sha);
  });

  test.each(["", "a..b", "-x", "a b"])("is not asked for as %j", async (name) => {
    await using server = await replay([]);
    await expect(forgeAt(server).branch("olivia", "shop", name)).rejects.toMatchObject({
      code: "invalid",
    });
  });
});
