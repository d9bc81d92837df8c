import { KugetsuError } from "../../kugetsu/errors.ts";
import type { NewPullRequest, PullRequest } from "../forge.ts";
import { understood } from "../gitea/call.ts";
import type { Ask, Place } from "./access.ts";
import { comesFrom, readPullRequest } from "./answers.ts";
import { itemsOf } from "./pages.ts";

/** Forks of the same owner are among what GitHub answers; so many at most are looked through. */
const LOOKED_THROUGH = 30;

/** The newest pull request from that branch of the repository itself. See Forge. */
export async function newestPullRequest(
  ask: Ask,
  at: Place,
  head: string,
  repositoryUrl: string,
): Promise<PullRequest | undefined> {
  return find(ask, at, { head, state: "all" }, repositoryUrl);
}

/** @throws KugetsuError `conflict` where one is open already */
export async function openPullRequest(
  ask: Ask,
  at: Place,
  draft: NewPullRequest,
  repositoryUrl: string,
): Promise<PullRequest> {
  const what = "open a pull request";
  const { title, body, head, base } = draft;
  const { status, data } = await ask(
    what,
    at,
    (rest) => rest.pulls.create({ owner: at.owner, repo: at.name, title, body, head, base }),
    [422],
  );
  if (status !== 422) return understood(what, readPullRequest(data, repositoryUrl));
  // GitHub answers so to everything that it does not like of one; only its words, which may change, tell which.
  const open = await find(ask, at, { head, base, state: "open" }, repositoryUrl);
  if (open !== undefined) {
    throw new KugetsuError("conflict", `Could not ${what}: there is one already.`);
  }
  throw new KugetsuError("failed", `Could not ${what}: the forge answered 422.`, {
    hint: "A branch is missing, or there is no difference between them.",
  });
}

async function find(
  ask: Ask,
  at: Place,
  { head, ...wanted }: { head: string; base?: string; state: "all" | "open" },
  repositoryUrl: string,
): Promise<PullRequest | undefined> {
  const what = "list the pull requests";
  const answer = await ask(what, at, (rest) =>
    rest.pulls.list({
      owner: at.owner,
      repo: at.name,
      head: `${at.owner}:${head}`,
      ...wanted,
      sort: "created",
      direction: "desc",
      per_page: LOOKED_THROUGH,
    }),
  );
  const found = itemsOf(what, answer).find((one) => comesFrom(one, head));
  return found === undefined ? undefined : understood(what, readPullRequest(found, repositoryUrl));
}
