import type { Person } from "../event.ts";
import type {
  Bot,
  Comment,
  Issue,
  IssueAct,
  PullRequest,
  Repository,
  ReviewWords,
} from "../forge.ts";
import { readAttached } from "./attached.ts";
import {
  field,
  GHOST,
  list,
  MAX_BODY,
  MAX_TITLE,
  isObject,
  moment,
  nameOf,
  person,
  positive,
  text,
} from "./fields.ts";
import { isFrom, type PullForm, pullRequestOf } from "./pull-form.ts";
import { webUrl } from "./web-url.ts";

// Each reader gives undefined for what it does not understand. `url` is the forge's own address.

export function readBot(data: unknown, url: string): Bot | undefined {
  const account = person(data);
  if (account === undefined || account.id <= 0) return undefined;
  const email = text(field(data, "email"), 254) ?? "";
  // What Gitea itself writes for an account that keeps its address private.
  return {
    ...account,
    email: email === "" ? `${account.login}@noreply.${new URL(url).hostname}` : email,
  };
}

export function readRepository(
  data: unknown,
  ownedByOrganization: boolean,
  url: string,
): Repository | undefined {
  const id = positive(field(data, "id"));
  const owner = nameOf(field(field(data, "owner"), "login"));
  const name = nameOf(field(data, "name"));
  const defaultBranch = text(field(data, "default_branch"), 255);
  if (
    id === undefined ||
    owner === undefined ||
    name === undefined ||
    defaultBranch === undefined
  ) {
    return undefined;
  }
  return {
    id,
    owner,
    name,
    defaultBranch,
    empty: field(data, "empty") === true,
    archived: field(data, "archived") === true,
    ownedByOrganization,
    webUrl: webUrl(field(data, "html_url"), `${url}/${owner}/${name}`),
  };
}

/** One entry of an issue's timeline that set or took away a label or an assignee. */
export interface TimelineAct extends IssueAct {
  readonly label: string | undefined;
  readonly assignee: Person | undefined;
}

/** Undefined for any other entry, and for a label or account that is gone. */
export function readTimelineAct(data: unknown): TimelineAct | undefined {
  const id = positive(field(data, "id"));
  const at = moment(field(data, "created_at"));
  if (id === undefined || at === undefined) return undefined;
  const act = { id, at, actor: person(field(data, "user")) ?? GHOST };
  switch (field(data, "type")) {
    case "label": {
      // A label that was taken away has an empty body.
      const isSet = field(data, "body") === "1";
      const label = text(field(field(data, "label"), "name"), 100);
      return label === undefined ? undefined : { ...act, isSet, label, assignee: undefined };
    }
    case "assignees": {
      const isSet = field(data, "removed_assignee") !== true;
      const assignee = person(field(data, "assignee"));
      return assignee && { ...act, isSet, label: undefined, assignee };
    }
    default:
      return undefined;
  }
}

export function readIssue(data: unknown, repositoryUrl: string): Issue | undefined {
  const number = positive(field(data, "number"));
  const title = text(field(data, "title"), MAX_TITLE);
  const state = field(data, "state");
  if (number === undefined || title === undefined || (state !== "open" && state !== "closed")) {
    return undefined;
  }
  const createdAt = moment(field(data, "created_at"));
  const updatedAt = moment(field(data, "updated_at"));
  if (createdAt === undefined || updatedAt === undefined) return undefined;
  const isPullRequest = isObject(field(data, "pull_request"));
  return {
    number,
    title,
    body: text(field(data, "body"), MAX_BODY) ?? "",
    ...readAttached(data),
    author: person(field(data, "user")) ?? GHOST,
    state,
    isPullRequest,
    labels: list(field(data, "labels"))
      .map((label) => text(field(label, "name"), 100))
      .filter((name) => name !== undefined),
    assignees: list(field(data, "assignees"))
      .map(person)
      .filter((assignee) => assignee !== undefined),
    createdAt,
    updatedAt,
    webUrl: webUrl(
      field(data, "html_url"),
      `${repositoryUrl}/${isPullRequest ? "pulls" : "issues"}/${number}`,
    ),
  };
}

/** A comment, and the repository that it says it belongs to. */
export interface PlacedComment {
  readonly comment: Comment;
  readonly owner: string;
  readonly name: string;
}

export function readComment(data: unknown, repositoryUrl: string): PlacedComment | undefined {
  const id = positive(field(data, "id"));
  const body = text(field(data, "body"), MAX_BODY);
  const createdAt = moment(field(data, "created_at"));
  const updatedAt = moment(field(data, "updated_at"));
  const place = placeOf(field(data, "pull_request_url")) ?? placeOf(field(data, "issue_url"));
  if (id === undefined || body === undefined || createdAt === undefined) return undefined;
  if (updatedAt === undefined || place === undefined) return undefined;
  const { owner, name, kind, number } = place;
  return {
    owner,
    name,
    comment: {
      id,
      issueNumber: number,
      body,
      ...readAttached(data),
      author: person(field(data, "user")) ?? GHOST,
      createdAt,
      updatedAt,
      webUrl: webUrl(
        field(data, "html_url"),
        `${repositoryUrl}/${kind}/${number}#issuecomment-${id}`,
      ),
    },
  };
}

/** Words of a review, and the repository that they say they belong to. */
export interface PlacedWords {
  readonly words: ReviewWords;
  readonly owner: string;
  readonly name: string;
}

export interface PlacedReview extends PlacedWords {
  /** How many comments on lines belong to it. */
  readonly comments: number;
}

/** Undefined as well for what is no review of somebody's: one that waits to be handed in, or is only asked for. */
export function readReview(data: unknown, repositoryUrl: string): PlacedReview | undefined {
  const state = field(data, "state");
  if (state !== "COMMENT" && state !== "APPROVED" && state !== "REQUEST_CHANGES") return undefined;
  const createdAt = moment(field(data, "submitted_at"));
  const updatedAt = moment(field(data, "updated_at")) ?? createdAt;
  const placed = readWords(data, "review", { createdAt, updatedAt }, repositoryUrl);
  return placed && { ...placed, comments: positive(field(data, "comments_count")) ?? 0 };
}

/** A comment on a line of a diff. */
export function readReviewComment(data: unknown, repositoryUrl: string): PlacedWords | undefined {
  const createdAt = moment(field(data, "created_at"));
  const updatedAt = moment(field(data, "updated_at"));
  const placed = readWords(data, "review_comment", { createdAt, updatedAt }, repositoryUrl);
  if (placed === undefined) return undefined;
  const path = text(field(data, "path"), 4096);
  // 0 on a line that the change takes away.
  const line = positive(field(data, "position"));
  return { ...placed, words: { ...placed.words, path, line } };
}

function readWords(
  data: unknown,
  kind: ReviewWords["place"],
  times: { readonly createdAt: string | undefined; readonly updatedAt: string | undefined },
  repositoryUrl: string,
): PlacedWords | undefined {
  const id = positive(field(data, "id"));
  const body = text(field(data, "body"), MAX_BODY);
  const place = placeOf(field(data, "pull_request_url"));
  const { createdAt, updatedAt } = times;
  if (id === undefined || body === undefined || place === undefined) return undefined;
  if (createdAt === undefined || updatedAt === undefined) return undefined;
  const { owner, name, number } = place;
  return {
    owner,
    name,
    words: {
      place: kind,
      id,
      issueNumber: number,
      body,
      author: person(field(data, "user")) ?? GHOST,
      createdAt,
      updatedAt,
      webUrl: webUrl(field(data, "html_url"), `${repositoryUrl}/pulls/${number}`),
    },
  };
}

// Only the end of the path counts: the forge's ROOT_URL may name another host and path than the configured URL.
function placeOf(url: unknown) {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  const [owner, name, kind, digits] = new URL(url).pathname.split("/").slice(-4);
  const number = positive(Number(digits));
  if (nameOf(owner) === undefined || nameOf(name) === undefined || number === undefined)
    return undefined;
  if (owner === undefined || name === undefined || (kind !== "issues" && kind !== "pulls"))
    return undefined;
  return { owner, name, kind, number };
}

const PULLS: PullForm = {
  person,
  branchOf,
  repositoryOf: (side) => positive(field(side, "repo_id")),
  isMerged: (data) => field(data, "merged") === true,
  path: "pulls",
};

export function readPullRequest(data: unknown, repositoryUrl: string): PullRequest | undefined {
  return pullRequestOf(data, repositoryUrl, PULLS);
}

/** Whether a pull request comes from that branch of its own repository, not from a fork's of the same name. */
export function comesFrom(data: unknown, head: string): boolean {
  return isFrom(data, head, PULLS);
}

// `label` is the branch. `ref` becomes `refs/pull/N/head` once the branch is deleted, as a merge often does.
function branchOf(side: unknown): string | undefined {
  const label = text(field(side, "label"), 255);
  return label === undefined || label === "" ? text(field(side, "ref"), 255) : label;
}
