import { describe, expect, test } from "vitest";
import type { ForgeEvent } from "../../../src/forge/event.ts";
import { deliveryId, readGitHubDelivery } from "../../../src/forge/github/delivery.ts";
import { examplesOf } from "./examples.ts";

type Body = Record<string, unknown>;

const MENA = { id: 1, login: "mena", type: "User" };
const BOT = { id: 9, login: "helper[bot]", type: "Bot" };
const REPOSITORY = {
  id: 100,
  name: "shop",
  full_name: "olivia/shop",
  owner: { id: 1, login: "olivia" },
};
const ISSUE = {
  number: 7,
  title: "Total is wrong",
  body: null,
  user: MENA,
  labels: [{ name: "kugetsu" }],
  assignees: [MENA],
  created_at: "2026-01-02T03:04:05Z",
  updated_at: "2026-01-02T03:04:06Z",
};
const COMMENT = { id: 5, body: "/kugetsu fix", user: MENA, updated_at: "2026-01-02T03:04:07Z" };
const REVIEW = { id: 6, body: "/kugetsu fix", user: MENA, submitted_at: "2026-01-02T03:04:08Z" };

function read(name: string, body: unknown): ForgeEvent | undefined {
  return readGitHubDelivery(new Headers({ "X-GitHub-Event": name }), body);
}

function issueBody(change: Body): Body {
  return { repository: REPOSITORY, sender: MENA, issue: ISSUE, ...change };
}

function commentBody(change: Body): Body {
  return issueBody({ action: "created", comment: COMMENT, ...change });
}

function pullBody(change: Body): Body {
  return {
    action: "submitted",
    repository: REPOSITORY,
    sender: MENA,
    pull_request: ISSUE,
    review: REVIEW,
    ...change,
  };
}

/** `kind action`s of GitHub's own examples; what is not here is `other`. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  issues: [
    "issue assigned",
    "issue deleted",
    "issue edited",
    "issue labelled",
    "issue opened",
    "issue reopened",
    "issue unassigned",
    "issue unlabelled",
    "other",
  ],
  issue_comment: ["words created", "words edited", "words_gone"],
  pull_request: [
    "issue assigned",
    "issue closed",
    "issue labelled",
    "issue opened",
    "issue reopened",
    "issue unassigned",
    "issue unlabelled",
    "other",
  ],
  // All of them are without words.
  pull_request_review: ["other"],
  pull_request_review_comment: ["words created", "words edited", "words_gone"],
  repository: ["repository other", "repository renamed", "repository transferred"],
  installation: ["installation changed", "installation created", "installation deleted"],
  installation_repositories: ["installation changed"],
};

function told(event: ForgeEvent | undefined): string {
  if (event === undefined) return "undefined";
  return "action" in event ? `${event.kind} ${event.action}` : event.kind;
}

describe("GitHub's own examples", () => {
  test.each(examplesOf("api.github.com"))("of %s", (name, bodies) => {
    const kinds = new Set(bodies.map((body) => told(read(name, body))));
    expect(kinds).toEqual(new Set(EXPECTED[name] ?? ["other"]));
  });

  test.each(["ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"])(
    "of %s are all read",
    (server) => {
      const kinds = examplesOf(server).flatMap(([name, bodies]) =>
        bodies.map((body) => told(read(name, body))),
      );
      expect(kinds).not.toContain("undefined");
      expect(kinds).toContain("words created");
    },
  );

  test("are the actions that they are named after", () => {
    const words = new Map([
      ["labeled", "labelled"],
      ["unlabeled", "unlabelled"],
      ["transferred", "deleted"],
    ]);
    const seen = examplesOf("api.github.com")
      .filter(([name]) => name === "issues" || name === "pull_request")
      .flatMap(([name, bodies]) => bodies.map((body) => [body, read(name, body)] as const))
      .flatMap(([body, event]) =>
        event?.kind === "issue" ? [[(body as { action: string }).action, event.action]] : [],
      );
    expect(seen.length).toBeGreaterThan(30);
    for (const [said = "", action] of seen) expect(action).toBe(words.get(said) ?? said);
  });
});

describe("an issue", () => {
  test("is opened", () => {
    expect(read("issues", issueBody({ action: "opened" }))).toEqual({
      kind: "issue",
      action: "opened",
      repository: { id: 100, owner: "olivia", name: "shop" },
      issue: {
        number: 7,
        title: "Total is wrong",
        body: "",
        isPullRequest: false,
        author: { id: 1, login: "mena" },
        createdAt: "2026-01-02T03:04:05.000Z",
        updatedAt: "2026-01-02T03:04:06.000Z",
        labels: ["kugetsu"],
        assignees: [{ id: 1, login: "mena" }],
        merged: false,
      },
      previousBody: undefined,
      label: undefined,
      actor: { id: 1, login: "mena" },
    });
  });

  test.each([
    ["labeled", "labelled", "bug"],
    ["unlabeled", "unlabelled", "bug"],
    ["assigned", "assigned", undefined],
  ])("is %s", (action, word, label) => {
    const body = issueBody({ action, label: { name: "bug" } });
    expect(read("issues", body)).toMatchObject({ action: word, label });
  });

  test.each<[string, unknown, string | undefined]>([
    ["its text before", { body: { from: "before" } }, "before"],
    ["no text before", { body: { from: null } }, ""],
    ["the same text where only the title changed", { title: { from: "x" } }, "now"],
    ["nothing where nothing is told", undefined, undefined],
  ])("is edited and tells %s", (_, changes, previousBody) => {
    const issue = { ...ISSUE, body: "now" };
    expect(read("issues", issueBody({ action: "edited", changes, issue }))).toMatchObject({
      action: "edited",
      previousBody,
    });
  });

  test("that is a pull request is merged by a bot, and was one's", () => {
    const pull_request = { ...ISSUE, user: BOT, merged: true };
    const body = { action: "closed", repository: REPOSITORY, sender: BOT, pull_request };
    expect(read("pull_request", body)).toMatchObject({
      action: "closed",
      issue: { isPullRequest: true, merged: true, author: { id: 9, login: "helper[bot]" } },
      actor: { login: "helper[bot]" },
    });
  });

  test.each(["opened", "edited", "labeled", "assigned"])("that a bot %s is nothing", (action) => {
    expect(read("issues", issueBody({ action, sender: BOT }))).toMatchObject({ kind: "other" });
  });

  test("of a bot is labelled by a person", () => {
    const body = issueBody({ action: "labeled", issue: { ...ISSUE, user: BOT } });
    expect(read("issues", body)).toMatchObject({ action: "labelled" });
    expect(read("issues", { ...body, action: "opened" })).toMatchObject({ kind: "other" });
  });

  test("of a deleted account is nobody's", () => {
    const body = issueBody({ action: "closed", issue: { ...ISSUE, user: null } });
    expect(read("issues", body)).toMatchObject({ issue: { author: { id: -1 } } });
  });
});

describe("a comment", () => {
  test("is created", () => {
    expect(read("issue_comment", commentBody({}))).toEqual({
      kind: "words",
      place: "comment",
      action: "created",
      repository: { id: 100, owner: "olivia", name: "shop" },
      issue: { number: 7, title: "Total is wrong", body: "", isPullRequest: false },
      words: {
        id: 5,
        body: "/kugetsu fix",
        previousBody: undefined,
        author: { id: 1, login: "mena" },
        updatedAt: "2026-01-02T03:04:07.000Z",
      },
      actor: { id: 1, login: "mena" },
    });
  });

  test("on a pull request is edited by somebody else", () => {
    const body = commentBody({
      action: "edited",
      issue: { ...ISSUE, pull_request: { url: "x" } },
      changes: { body: { from: "before" } },
      sender: { id: 2, login: "walter", type: "User" },
    });
    expect(read("issue_comment", body)).toMatchObject({
      action: "edited",
      issue: { isPullRequest: true },
      words: { previousBody: "before", author: { login: "mena" } },
      actor: { login: "walter" },
    });
  });

  test("is deleted, by a bot too", () => {
    const body = commentBody({ action: "deleted", sender: BOT });
    expect(read("issue_comment", body)).toEqual({
      kind: "words_gone",
      place: "comment",
      repository: { id: 100, owner: "olivia", name: "shop" },
      issueNumber: 7,
      id: 5,
      actor: { id: 9, login: "helper[bot]" },
    });
  });

  test.each<[string, Body]>([
    ["of a bot", { comment: { ...COMMENT, user: BOT } }],
    ["that a bot edited", { action: "edited", sender: BOT }],
    ["of a deleted account", { comment: { ...COMMENT, user: null } }],
    ["that is pinned", { action: "pinned" }],
  ])("%s is nothing", (_, change) => {
    expect(read("issue_comment", commentBody(change))).toEqual({
      kind: "other",
      name: "issue_comment",
      repository: { id: 100, owner: "olivia", name: "shop" },
    });
  });
});

describe("a review", () => {
  test("is handed in", () => {
    expect(read("pull_request_review", pullBody({}))).toMatchObject({
      kind: "words",
      place: "review",
      action: "created",
      issue: { number: 7, isPullRequest: true },
      words: { id: 6, body: "/kugetsu fix", updatedAt: "2026-01-02T03:04:08.000Z" },
    });
  });

  test("is edited", () => {
    const body = pullBody({ action: "edited", changes: { body: { from: "before" } } });
    expect(read("pull_request_review", body)).toMatchObject({
      action: "edited",
      words: { previousBody: "before" },
    });
  });

  test.each<[string, Body]>([
    ["without words", { review: { ...REVIEW, body: null } }],
    ["of a bot", { review: { ...REVIEW, user: BOT } }],
    ["that is dismissed", { action: "dismissed" }],
  ])("%s is nothing", (_, change) => {
    expect(read("pull_request_review", pullBody(change))).toMatchObject({ kind: "other" });
  });

  test.each(["created", "edited"])("has a comment on a line %s", (action) => {
    const body = pullBody({ action, comment: COMMENT });
    expect(read("pull_request_review_comment", body)).toMatchObject({
      kind: "words",
      place: "review_comment",
      action,
      issue: { isPullRequest: true },
      words: { id: 5 },
    });
  });

  test("loses a comment on a line", () => {
    const body = pullBody({ action: "deleted", comment: COMMENT });
    expect(read("pull_request_review_comment", body)).toMatchObject({
      kind: "words_gone",
      place: "review_comment",
    });
  });
});

test.each([
  ["renamed", "renamed"],
  ["transferred", "transferred"],
  ["deleted", "deleted"],
  ["archived", "other"],
])("a repository is %s", (action, word) => {
  expect(read("repository", { action, repository: REPOSITORY, sender: MENA })).toEqual({
    kind: "repository",
    action: word,
    repository: { id: 100, owner: "olivia", name: "shop" },
  });
});

describe("an installation", () => {
  const installation = { id: 3, account: { id: 5, login: "acme", type: "Organization" } };
  const repositories = [
    { id: 1, full_name: "acme/api" },
    { id: 2, full_name: "acme/../x" },
    { id: 3, full_name: "acme/a/b" },
    { full_name: "acme/none" },
    null,
  ];

  test.each<[string, Body, string, readonly object[]]>([
    ["created", { repositories }, "created", [{ id: 1, owner: "acme", name: "api" }]],
    [
      "added",
      { repositories_added: repositories },
      "changed",
      [{ id: 1, owner: "acme", name: "api" }],
    ],
    ["removed", { repositories_removed: repositories }, "changed", []],
    ["deleted", { repositories }, "deleted", []],
    ["suspend", {}, "changed", []],
  ])("is %s", (action, change, word, found) => {
    expect(read("installation", { action, installation, sender: MENA, ...change })).toEqual({
      kind: "installation",
      action: word,
      id: 3,
      account: { id: 5, login: "acme" },
      repositories: found,
    });
  });
});

test("an installation for a whole enterprise, which has no login, is nothing", () => {
  const installation = { id: 3, account: { id: 5, slug: "acme-inc", name: "Acme" } };
  for (const action of ["created", "deleted", "suspend"])
    expect(read("installation", { action, installation, sender: MENA })).toEqual({
      kind: "other",
      name: "installation",
      repository: undefined,
    });
});

describe("what is not of GitHub's shape", () => {
  test.each<[string, string, unknown]>([
    ["no event", "", {}],
    ["a strange event", "../x", {}],
    ["a list", "ping", []],
    ["null", "issues", null],
    ["no action", "issues", issueBody({})],
    ["no repository", "issues", issueBody({ action: "opened", repository: undefined })],
    [
      "a repository with a path",
      "issues",
      issueBody({ action: "opened", repository: { ...REPOSITORY, name: "../x" } }),
    ],
    ["no issue", "issues", issueBody({ action: "opened", issue: 5 })],
    ["no sender", "issues", issueBody({ action: "opened", sender: { login: "x" } })],
    ["no time", "issues", issueBody({ action: "opened", issue: { ...ISSUE, updated_at: "now" } })],
    ["no comment", "issue_comment", commentBody({ comment: {} })],
    ["a comment without words", "issue_comment", commentBody({ comment: { ...COMMENT, body: 5 } })],
    ["no review", "pull_request_review", pullBody({ review: [] })],
    ["no repository to rename", "repository", { action: "renamed" }],
    ["no installation", "installation", { action: "created" }],
  ])("is %s", (_, name, body) => {
    expect(read(name, body)).toBeUndefined();
  });

  test("may have names that objects have", () => {
    expect(read("constructor", {})).toMatchObject({ kind: "other" });
    const body = issueBody({ action: "__proto__" });
    expect(read("issues", body)).toMatchObject({ kind: "other" });
    expect(read("issues", { ...body, action: "toString" })).toMatchObject({ kind: "other" });
  });
});

test.each<[string | undefined, string | undefined]>([
  ["72d3162e-cc78-11e3-81ab-4c9367dc0958", "72d3162e-cc78-11e3-81ab-4c9367dc0958"],
  ["a b", undefined],
  ["x".repeat(101), undefined],
  [undefined, undefined],
])("a delivery's id may be %j", (said, id) => {
  const headers = new Headers(said === undefined ? {} : { "X-GitHub-Delivery": said });
  expect(deliveryId(headers)).toBe(id);
});
