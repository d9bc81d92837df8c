import type { giteaApi } from "gitea-js";
import { sideBySide } from "../../side-by-side.ts";
import type { IssueAddress } from "../forge.ts";
import { assertId, issueSegments } from "./address.ts";
import { type PlacedReview, type PlacedWords, readReview, readReviewComment } from "./answers.ts";
import { call, understood } from "./call.ts";
import { list } from "./fields.ts";

type Api = ReturnType<typeof giteaApi>;

const READ = "read the reviews";
/** Of so many of the newest reviews the comments on lines are read: each costs a call. */
const MAX_REVIEWS = 50;
/** Calls at once: an order's acknowledgement waits for them. */
const SIDE_BY_SIDE = 10;

/** One review's body. Undefined when it is gone, not handed in yet, or only asked for. */
export async function reviewBody(
  api: Api,
  at: IssueAddress,
  id: number,
  repositoryUrl: string,
): Promise<PlacedWords | undefined> {
  const place = [...issueSegments(at), assertId(id)] as const;
  const { status, data } = await call(READ, () => api.repos.repoGetPullReview(...place), [404]);
  return status === 404 ? undefined : readReview(data, repositoryUrl);
}

/** A comment on a line. Gitea finds none by its id alone, so the reviews are looked through, the newest first. */
export async function reviewComment(
  api: Api,
  at: IssueAddress,
  id: number,
  repositoryUrl: string,
): Promise<PlacedWords | undefined> {
  assertId(id);
  const reviews = commented(await handedIn(api, at, repositoryUrl));
  for (let end = reviews.length; end > 0; end -= SIDE_BY_SIDE) {
    const some = reviews.slice(Math.max(0, end - SIDE_BY_SIDE), end);
    const comments = await commentsOfAll(api, at, some, repositoryUrl);
    const found = comments.find(({ words }) => words.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The words of reviews that were written or edited at or after `since`, oldest first. A reply on a line belongs to the
 * review that it answers, and leaves that one's own time as it was: so comments are read whatever that time is.
 */
export async function reviewsSince(
  api: Api,
  at: IssueAddress,
  since: string,
  repositoryUrl: string,
): Promise<readonly PlacedWords[]> {
  const reviews = await handedIn(api, at, repositoryUrl);
  const comments = await commentsOfAll(api, at, commented(reviews), repositoryUrl);
  return [...reviews, ...comments]
    .filter((one) => changedAt(one) >= Date.parse(since))
    .toSorted((a, b) => changedAt(a) - changedAt(b));
}

function changedAt({ words }: PlacedWords): number {
  return Date.parse(words.updatedAt);
}

/** Oldest first. Not paged: without a page's number Gitea answers with all of them. */
async function handedIn(
  api: Api,
  at: IssueAddress,
  repositoryUrl: string,
): Promise<readonly PlacedReview[]> {
  const place = issueSegments(at);
  const { status, data } = await call(READ, () => api.repos.repoListPullReviews(...place), [404]);
  if (status === 404) return [];
  return list(data)
    .map((one) => readReview(one, repositoryUrl))
    .filter((review) => review !== undefined);
}

function commented(reviews: readonly PlacedReview[]): readonly PlacedReview[] {
  return reviews.filter(({ comments }) => comments > 0).slice(-MAX_REVIEWS);
}

async function commentsOfAll(
  api: Api,
  at: IssueAddress,
  reviews: readonly PlacedReview[],
  repositoryUrl: string,
): Promise<readonly PlacedWords[]> {
  const comments = await sideBySide(reviews, SIDE_BY_SIDE, (review) =>
    commentsOf(api, at, review, repositoryUrl),
  );
  return comments.flat();
}

async function commentsOf(
  api: Api,
  at: IssueAddress,
  { words }: PlacedReview,
  repositoryUrl: string,
): Promise<readonly PlacedWords[]> {
  const place = [...issueSegments(at), words.id] as const;
  const ask = () => api.repos.repoGetPullReviewComments(...place);
  // 404: it was deleted since it was listed.
  const { status, data } = await call(READ, ask, [404]);
  if (status === 404) return [];
  return list(data).map((one) => understood(READ, readReviewComment(one, repositoryUrl)));
}
