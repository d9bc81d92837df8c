import type {
  Bot,
  Comment,
  Issue,
  IssueAct,
  PullRequest,
  Repository,
  ReviewWords,
} from "../forge.ts";
import { isFrom, type PullForm, pullRequestOf } from "../gitea/pull-form.ts";
import { webUrl } from "../gitea/web-url.ts";
import {
  field,
  GHOST,
  isObject,
  list,
  MAX_BODY,
  MAX_TITLE,
  moment,
  nameOf,
  positive,
  text,
} from "../gitea/fields.ts";
import { account } from "./account.ts";

// Each reader gives undefined for what it does not understand. `url` is the forge's own address.

export function readBot(data: unknown, url: string): Bot | undefined {
  const bot = account(data);
  if (bot === undefined) return undefined;
  // GitHub gives every account this address, and counts commits that have it as that account's.
  return { ...bot, email: `${bot.id}+${bot.login}@users.noreply.${new URL(url).hostname}` };
}

/** `hasBranch`: whether there is a branch, where that was asked. */
export function readRepository(
  data: unknown,
  hasBranch: boolean,
  url: string,
): Repository | undefined {
  const id = positive(field(data, "id"));
  const owner = nameOf(field(field(data, "owner"), "login"));
  const name = nameOf(field(data, "name"));
  const defaultBranch = text(field(data, "default_branch"), 255);
  if (id === undefined || owner === undefined || name === undefined) return undefined;
  if (defaultBranch === undefined) return undefined;
  return {
    id,
    owner,
    name,
    defaultBranch,
    empty: !hasBranch,
    archived: field(data, "archived") === true,
    // Where it is not told, less is taken for granted.
    ownedByOrganization: field(field(data, "owner"), "type") !== "User",
    webUrl: webUrl(field(data, "html_url"), `${url}/${owner}/${name}`),
  };
}

export function readIssue(data: unknown, repositoryUrl: string): Issue | undefined {
  const number = positive(field(data, "number"));
  const title = text(field(data, "title"), MAX_TITLE);
  const state = field(data, "state");
  const createdAt = moment(field(data, "created_at"));
  const updatedAt = moment(field(data, "updated_at"));
  if (number === undefined || title === undefined) return undefined;
  if (createdAt === undefined || updatedAt === undefined) return undefined;
  if (state !== "open" && state !== "closed") return undefined;
  const isPullRequest = isObject(field(data, "pull_request"));
  return {
    number,
    title,
    body: text(field(data, "body"), MAX_BODY) ?? "",
    author: account(field(data, "user")) ?? GHOST,
    state,
    isPullRequest,
    labels: list(field(data, "labels"))
      // The description of the API has both.
      .map((label) => text(typeof label === "string" ? label : field(label, "name"), 100))
      .filter((name) => name !== undefined),
    assignees: list(field(data, "assignees"))
      .map(account)
      .filter((assignee) => assignee !== undefined),
    createdAt,
    updatedAt,
    webUrl: webUrl(
      field(data, "html_url"),
      `${repositoryUrl}/${isPullRequest ? "pull" : "issues"}/${number}`,
    ),
  };
}

export function readComment(data: unknown, repositoryUrl: string): Comment | undefined {
  return wordsOf(
    data,
    "issue_url",
    (number, id) => `${repositoryUrl}/issues/${number}#issuecomment-${id}`,
  );
}

/** A comment in the thread, or one on a line: `at` has the address of what it belongs to. */
function wordsOf(
  data: unknown,
  at: "issue_url" | "pull_request_url",
  address: (number: number, id: number) => string,
): Comment | undefined {
  const id = positive(field(data, "id"));
  const body = text(field(data, "body"), MAX_BODY);
  const createdAt = moment(field(data, "created_at"));
  const updatedAt = moment(field(data, "updated_at"));
  const number = placeOf(field(data, at))?.number;
  if (id === undefined || body === undefined || number === undefined) return undefined;
  if (createdAt === undefined || updatedAt === undefined) return undefined;
  return {
    id,
    issueNumber: number,
    body,
    author: account(field(data, "user")) ?? GHOST,
    createdAt,
    updatedAt,
    webUrl: webUrl(field(data, "html_url"), address(number, id)),
  };
}

/** A review with words, handed in: of others only their owner sees those that are not. */
export function readReview(
  data: unknown,
  number: number,
  repositoryUrl: string,
): ReviewWords | undefined {
  const id = positive(field(data, "id"));
  const body = text(field(data, "body"), MAX_BODY);
  const at = moment(field(data, "submitted_at"));
  if (id === undefined || body === undefined || at === undefined) return undefined;
  if (field(data, "state") === "PENDING") return undefined;
  return {
    place: "review",
    id,
    issueNumber: number,
    body,
    author: account(field(data, "user")) ?? GHOST,
    createdAt: at,
    // Of an edit the API does not tell.
    updatedAt: at,
    webUrl: webUrl(
      field(data, "html_url"),
      `${repositoryUrl}/pull/${number}#pullrequestreview-${id}`,
    ),
  };
}

export function readReviewComment(data: unknown, repositoryUrl: string): ReviewWords | undefined {
  const words = wordsOf(
    data,
    "pull_request_url",
    (number, id) => `${repositoryUrl}/pull/${number}#discussion_r${id}`,
  );
  if (words === undefined) return undefined;
  return {
    ...words,
    place: "review_comment",
    path: text(field(data, "path"), 4096),
    line: positive(field(data, "line") ?? field(data, "original_line")),
  };
}

/** A fork that is gone has no `repo`. */
const PULLS: PullForm = {
  person: account,
  branchOf,
  repositoryOf: (side) => positive(field(field(side, "repo"), "id")),
  // Only a single one says `merged`; lists have the time alone.
  isMerged: (data) =>
    typeof field(data, "merged_at") === "string" || field(data, "merged") === true,
  path: "pull",
};

export function readPullRequest(data: unknown, repositoryUrl: string): PullRequest | undefined {
  return pullRequestOf(data, repositoryUrl, PULLS);
}

/** Whether a pull request comes from that branch of its own repository. */
export function comesFrom(data: unknown, head: string): boolean {
  return isFrom(data, head, PULLS);
}

/** An event of an issue that sets something or takes it away. */
export function readAct(data: unknown, isSet: boolean): IssueAct | undefined {
  const id = positive(field(data, "id"));
  const at = moment(field(data, "created_at"));
  if (id === undefined || at === undefined) return undefined;
  // Of an assignment, GitHub has named the assignee as its actor; who did it is the assigner.
  const actor = account(field(data, "assigner")) ?? account(field(data, "actor")) ?? GHOST;
  return { id, isSet, actor, at };
}

/** What an address of the API leads to: `…/repos/OWNER/NAME`, with `/issues/N` or `/pulls/N` behind it. */
export function placeOf(
  url: unknown,
): { owner: string; name: string; number: number | undefined } | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  const found = /\/repos\/([^/]+)\/([^/]+)(?:\/(?:issues|pulls)\/(\d{1,15}))?$/.exec(
    new URL(url).pathname,
  );
  const owner = nameOf(found?.[1]);
  const name = nameOf(found?.[2]);
  if (owner === undefined || name === undefined) return undefined;
  return { owner, name, number: positive(Number(found?.[3])) };
}

function branchOf(side: unknown): string | undefined {
  const ref = text(field(side, "ref"), 255);
  return ref === "" ? undefined : ref;
}
