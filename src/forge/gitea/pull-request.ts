import type { giteaApi } from "gitea-js";
import type { Person } from "../event.ts";
import { comesFrom } from "./answers.ts";
import { branchSegment } from "./address.ts";
import { call } from "./call.ts";
import { field, list, text } from "./fields.ts";

type Api = ReturnType<typeof giteaApi>;

const LIST = "list the pull requests";
/** Gitea's own limit for a page, which an operator may lower. */
const PAGE = 50;
const MAX_PAGES = 10;

/**
 * The newest pull request from a branch of the repository itself, as the forge describes it, or undefined.
 *
 * Gitea cannot be asked for that: its look-up by base and head finds any one of several, and its list has no filter
 * for heads. Looked through are, each newest first: the newest 50 of everybody's (one call, and the only one where the
 * repository has no more, or the answer is among them), then the newest 500 of the bot's own, then what the look-up
 * finds towards the default branch. Missed is only what somebody else opened long ago towards another branch.
 */
export async function newestPullRequest(
  api: Api,
  self: () => Promise<Person>,
  repository: { owner: string; name: string },
  head: string,
): Promise<unknown> {
  const segment = branchSegment(head);
  const newest = await listPage(api, repository, 1);
  const found = pick(newest.items, head);
  if (found !== undefined || newest.last) return found;

  const { login: poster } = await self();
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { items, last } = await listPage(api, repository, page, poster);
    const own = pick(items, head);
    if (own !== undefined) return own;
    if (last) break;
  }
  const base = text(field(field(field(newest.items[0], "base"), "repo"), "default_branch"), 255);
  return base === undefined || base === ""
    ? undefined
    : lookUp(api, repository, base, head, segment);
}

async function listPage(
  api: Api,
  { owner, name }: { owner: string; name: string },
  page: number,
  poster?: string,
) {
  const query = {
    state: "all",
    page,
    limit: PAGE,
    ...(poster === undefined ? {} : { poster }),
  } as const;
  // Without `sort` the newest come first; "recentupdate" would bring an old one that was just commented on.
  // 404: an empty repository, a mirror, or one without the unit has none.
  const { data, headers } = await call(
    LIST,
    () => api.repos.repoListPullRequests(owner, name, query),
    [404],
  );
  const items = list(data);
  const total = Number(headers.get("x-total-count") ?? Number.NaN);
  // A page may hold fewer than asked for, so only an empty one or the total ends the list.
  return { items, last: items.length === 0 || (page - 1) * PAGE + items.length >= total };
}

function pick(items: readonly unknown[], head: string): unknown {
  return items
    .filter((item) => comesFrom(item, head))
    .toSorted((a, b) => Number(field(b, "number")) - Number(field(a, "number")))[0];
}

async function lookUp(
  api: Api,
  { owner, name }: { owner: string; name: string },
  base: string,
  head: string,
  segment: string,
): Promise<unknown> {
  const { data } = await call(
    "look for a pull request",
    () => api.repos.repoGetPullRequestByBaseHead(owner, name, branchSegment(base), segment),
    [404],
  );
  return comesFrom(data, head) ? data : undefined;
}
