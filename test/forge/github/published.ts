import type { components } from "@octokit/openapi-types";
import { createGitHub } from "../../../src/forge/github.ts";

// What GitHub answers, in the shapes of its published description: a field that it does not know, or of another type,
// does not compile. Left out is what nobody here reads.

type Schemas = components["schemas"];
/** Any part of a published answer. */
export type Part<Name extends keyof Schemas> = Some<Schemas[Name]>;
type Some<T> = T extends readonly (infer Item)[]
  ? readonly Some<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Some<T[Key]> }
    : T;

export const TOKEN = "ghp_0123456789abcdef0123456789abcdef0123";
export const AT = { owner: "olivia", name: "shop", number: 7 } as const;
export const REPO = "/repos/olivia/shop";

export const OLIVIA = user("olivia", 1);
export const WALTER = user("walter", 2);

export function user(login: string, id: number, type = "User") {
  return { login, id, type, html_url: `https://github.com/${login}` } satisfies Part<"simple-user">;
}

export function person({ login, id }: { login: string; id: number }) {
  return { login, id };
}

export function repository(change: Part<"full-repository"> = {}) {
  return {
    id: 100,
    name: "shop",
    full_name: "olivia/shop",
    owner: OLIVIA,
    private: false,
    html_url: "https://github.com/olivia/shop",
    default_branch: "main",
    archived: false,
    size: 12,
    ...change,
  } satisfies Part<"full-repository">;
}

export function issue(change: Part<"issue"> = {}) {
  return {
    id: 7000,
    number: 7,
    title: "Total is wrong",
    body: "It is `NaN`.",
    user: WALTER,
    state: "open",
    labels: [{ id: 1, name: "kugetsu", color: "ffffff" }, "old"],
    assignees: [OLIVIA],
    created_at: "2026-01-02T03:04:05Z",
    updated_at: "2026-01-02T03:05:06Z",
    html_url: "https://github.com/olivia/shop/issues/7",
    repository_url: "https://api.github.com/repos/olivia/shop",
    ...change,
  } satisfies Part<"issue">;
}

export function comment(id: number, change: Part<"issue-comment"> = {}) {
  return {
    id,
    body: "/kugetsu fix",
    user: WALTER,
    created_at: "2026-01-02T03:04:05Z",
    updated_at: "2026-01-02T03:04:05Z",
    html_url: `https://github.com/olivia/shop/issues/7#issuecomment-${id}`,
    issue_url: "https://api.github.com/repos/olivia/shop/issues/7",
    ...change,
  } satisfies Part<"issue-comment">;
}

export function review(id: number, change: Part<"pull-request-review"> = {}) {
  return {
    id,
    body: "/kugetsu continue",
    user: WALTER,
    state: "COMMENTED",
    submitted_at: "2026-01-02T03:04:05Z",
    html_url: `https://github.com/olivia/shop/pull/7#pullrequestreview-${id}`,
    pull_request_url: "https://api.github.com/repos/olivia/shop/pulls/7",
    commit_id: "a".repeat(40),
    ...change,
  } satisfies Part<"pull-request-review">;
}

export function lineComment(id: number, change: Part<"pull-request-review-comment"> = {}) {
  return {
    id,
    body: "/kugetsu fix this line",
    user: WALTER,
    path: "total.ts",
    created_at: "2026-01-02T03:04:05Z",
    updated_at: "2026-01-02T03:04:06Z",
    html_url: `https://github.com/olivia/shop/pull/7#discussion_r${id}`,
    pull_request_url: "https://api.github.com/repos/olivia/shop/pulls/7",
    ...change,
  } satisfies Part<"pull-request-review-comment">;
}

export function pullRequest(change: Part<"pull-request"> = {}) {
  return {
    id: 9000,
    number: 9,
    title: "Fix the total",
    body: "Fixes #7",
    user: OLIVIA,
    state: "open",
    merged_at: null,
    html_url: "https://github.com/olivia/shop/pull/9",
    requested_reviewers: [WALTER],
    head: {
      ref: "fix/issue-7",
      label: "olivia:fix/issue-7",
      sha: "b".repeat(40),
      repo: { id: 100 },
    },
    base: { ref: "main", label: "olivia:main", sha: "a".repeat(40), repo: { id: 100 } },
    ...change,
  } satisfies Part<"pull-request">;
}

export function list(count: number, one: (at: number) => object) {
  return Array.from({ length: count }, (_, at) => one(at));
}

export function forgeAt({ url }: { url: string }, more: { now?: () => number } = {}) {
  return createGitHub({ url, auth: { kind: "token", token: TOKEN }, ...more });
}
