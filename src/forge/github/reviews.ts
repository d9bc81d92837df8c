import type { IssueAddress, ReviewWords } from "../forge.ts";
import { understood } from "../gitea/call.ts";
import type { Ask } from "./access.ts";
import { readReview, readReviewComment } from "./answers.ts";
import { fromTheEnd, PAGE } from "./pages.ts";
import { readSince } from "./since.ts";

const MAX_PAGES = 10;

/** A review's body or a comment on a line, if it is one of that pull request. See Forge. */
export async function reviewWords(
  ask: Ask,
  at: IssueAddress,
  place: "review" | "review_comment",
  id: number,
  repositoryUrl: string,
): Promise<ReviewWords | undefined> {
  const { owner, name, number } = at;
  if (place === "review") {
    const { status, data } = await ask(
      "read the review",
      at,
      (rest) => rest.pulls.getReview({ owner, repo: name, pull_number: number, review_id: id }),
      [404],
    );
    return status === 404 ? undefined : readReview(data, number, repositoryUrl);
  }
  const what = "read the comment on a line";
  const { status, data } = await ask(
    what,
    at,
    (rest) => rest.pulls.getReviewComment({ owner, repo: name, comment_id: id }),
    [404],
  );
  if (status === 404) return undefined;
  const words = understood(what, readReviewComment(data, repositoryUrl));
  return words.issueNumber === number ? words : undefined;
}

/** The words of reviews since then. Of a review whose body was edited later GitHub does not tell when. See Forge. */
export async function reviewsSince(
  ask: Ask,
  at: IssueAddress,
  since: string,
  repositoryUrl: string,
): Promise<readonly ReviewWords[]> {
  const { owner, name, number } = at;
  const place = { owner, repo: name, pull_number: number, per_page: PAGE };
  const from = Date.parse(since);
  const what = "read the reviews";
  const found: ReviewWords[] = [];
  const read = (page: number) =>
    ask(what, at, (rest) => rest.pulls.listReviews({ ...place, page }));
  await fromTheEnd(what, read, MAX_PAGES, (items) => {
    const reviews = items
      .map((item) => readReview(item, number, repositoryUrl))
      .filter((review) => review !== undefined);
    const recent = reviews.filter(({ updatedAt }) => Date.parse(updatedAt) >= from);
    found.push(...recent.filter(({ body }) => body !== ""));
    return recent.length < reviews.length;
  });
  const comments = await readSince({
    what: "read the comments on lines",
    since,
    maxPages: MAX_PAGES,
    read: (query) =>
      ask("read the comments on lines", at, (rest) =>
        rest.pulls.listReviewComments({ ...place, ...query, sort: "updated", direction: "asc" }),
      ),
    item: (data) => readReviewComment(data, repositoryUrl),
    key: ({ id }) => id,
  });
  return [...found, ...comments.items].toSorted(
    (a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt) || a.id - b.id,
  );
}
