import type { giteaApi } from "gitea-js";
import { KugetsuError } from "../../kugetsu/errors.ts";
import type { RepositoryId } from "../event.ts";
import type { Changes, Comment, Issue, Validators } from "../forge.ts";
import { assertNames } from "./address.ts";
import { readComment, readIssue } from "./answers.ts";
import { type Answer, call, understood } from "./call.ts";
import { list } from "./fields.ts";

type Api = ReturnType<typeof giteaApi>;

const WHAT = "read what is new";
/** Gitea's own limit for a page, which an operator may lower. */
const PAGE = 50;
/** What one look reads of each list. More is read with the next looks. */
const MOST = 500;
/** Pages are as small as that at worst. */
const MAX_PAGES = MOST / 10;
/** A list as short as that is one page, whatever the operator's limit is: its ETag then stands for all of it. */
const SURELY_ONE_PAGE = 5;
const SECOND = 1000;

/** Milliseconds, both inclusive; `before` undefined: until now. */
interface Span {
  readonly since: number;
  readonly before: number | undefined;
}

type Query = { since: string; before?: string; page: number; limit: number };
type ListCall = (query: Query, headers?: Record<string, string>) => Promise<Answer>;

/**
 * What was written or changed in a repository at or after `since`. Both lists are cut by time of change and sorted by
 * time of making, so the first pages of a long list are no beginning of it. What is too much for one look is therefore
 * halved by time, until a part is left that can be read as a whole.
 */
export async function changesSince(
  api: Api,
  repository: RepositoryId,
  since: string,
  validators: Validators,
  repositoryUrl: string,
): Promise<Changes> {
  const { owner, name } = repository;
  assertNames(owner, name);
  const comments: ListCall = (query, headers = {}) =>
    call(WHAT, () => api.repos.issueGetRepoComments(owner, name, query, { headers }), [304]);
  const issues: ListCall = (query, headers = {}) =>
    call(
      WHAT,
      () => api.repos.issueListIssues(owner, name, { ...query, state: "all" }, { headers }),
      [304],
    );

  const from = Date.parse(since);
  if (Number.isNaN(from)) throw new KugetsuError("invalid", "Not a moment to ask from.");
  const whole: Span = { since: from, before: undefined };
  const firsts = {
    comments: await firstPage(comments, whole, validators, "comments"),
    issues: await firstPage(issues, whole, validators, "issues"),
  };
  const told = { ...firsts.comments.validators, ...firsts.issues.validators };
  const isMuch = firsts.comments.total > MOST || firsts.issues.total > MOST;
  const span = isMuch ? await narrowed([comments, issues], whole) : whole;
  const readAll = async (read: ListCall, first: First) =>
    pages(read, span, isMuch ? await firstPage(read, span) : first);
  return {
    comments: sorted(await readAll(comments, firsts.comments), (one): Comment =>
      understood(WHAT, readComment(one, repositoryUrl)?.comment),
    ),
    issues: sorted(await readAll(issues, firsts.issues), (one): Issue =>
      understood(WHAT, readIssue(one, repositoryUrl)),
    ),
    validators: isMuch ? {} : told,
    complete: !isMuch,
  };
}

interface First {
  readonly items: readonly unknown[];
  readonly total: number;
  readonly validators: Validators;
}

/** `kind` names the list among the validators. */
async function firstPage(
  read: ListCall,
  span: Span,
  validators: Validators = {},
  kind = "",
): Promise<First> {
  const key = `${kind} since ${iso(span.since)}`;
  const known = validators[key];
  const answer = await read(
    queryOf(span, 1),
    known === undefined ? {} : { "If-None-Match": known },
  );
  if (answer.status === 304 && known !== undefined)
    return { items: [], total: 0, validators: { [key]: known } };
  const total = totalOf(answer);
  const etag = answer.headers.get("etag");
  const keeps = total <= SURELY_ONE_PAGE && etag !== null && /^[\x21-\x7e]{1,200}$/.test(etag);
  return { items: list(answer.data), total, validators: keeps ? { [key]: etag } : {} };
}

/** The rest of the pages as well. The same may come twice when something was made meanwhile. */
async function pages(read: ListCall, span: Span, first: First): Promise<readonly unknown[]> {
  const items = [...first.items];
  for (let page = 2; items.length < first.total && page <= MAX_PAGES; page++) {
    const { data } = await read(queryOf(span, page));
    const more = list(data);
    if (more.length === 0) break;
    items.push(...more);
  }
  return items;
}

/** A beginning of the span that is about as much as one look reads: more only where one second holds it. */
async function narrowed(reads: readonly ListCall[], { since }: Span): Promise<Span> {
  let low = since;
  // The forge's clock may go before this one's.
  let high = Math.max(since, Date.now()) + 24 * 3600 * SECOND;
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND;
    const totals: number[] = [];
    for (const read of reads) {
      totals.push(totalOf(await read({ ...queryOf({ since, before: middle }, 1), limit: 1 })));
    }
    const most = Math.max(...totals);
    if (most > MOST) high = middle;
    else if (most > MOST / 2) return { since, before: middle };
    else low = middle;
  }
  return { since, before: high };
}

function queryOf({ since, before }: Span, page: number): Query {
  return {
    since: iso(since),
    ...(before !== undefined && { before: iso(before) }),
    page,
    limit: PAGE,
  };
}

// Gitea compares whole seconds, both ends included.
function iso(time: number): string {
  return new Date(Math.floor(time / SECOND) * SECOND).toISOString().replace(".000Z", "Z");
}

function totalOf({ headers }: Answer): number {
  const total = headers.get("x-total-count");
  return understood(WHAT, total !== null && /^\d{1,9}$/.test(total) ? Number(total) : undefined);
}

/** Each once, the longest unchanged first. */
function sorted<T extends { readonly updatedAt: string; readonly webUrl: string }>(
  items: readonly unknown[],
  read: (item: unknown) => T,
): readonly T[] {
  const byAddress = new Map(items.map(read).map((one) => [one.webUrl, one]));
  return [...byAddress.values()].toSorted(
    (a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt),
  );
}
