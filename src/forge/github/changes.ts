import type { RepositoryId } from "../event.ts";
import type { Changes, Validators } from "../forge.ts";
import type { Ask } from "./access.ts";
import { readComment, readIssue } from "./answers.ts";
import { PAGE } from "./pages.ts";
import { readSince, type Since } from "./since.ts";

const MAX_PAGES = 10;

/**
 * What was written or changed in a repository. Each list is asked for on the condition that it changed: "it did not"
 * costs nothing of the hourly limit.
 */
export async function changesOf(
  ask: Ask,
  repository: RepositoryId,
  since: string,
  validators: Validators,
  repositoryUrl: string,
): Promise<Changes> {
  const { owner, name } = repository;
  const place = { owner, repo: name, per_page: PAGE, sort: "updated", direction: "asc" } as const;
  const known = { comments: validators["comments"], issues: validators["issues"] };

  const comments = await readSince({
    what: "read the new comments",
    since,
    maxPages: MAX_PAGES,
    read: (query, isFirst) =>
      ask(
        "read the new comments",
        repository,
        (rest) =>
          rest.issues.listCommentsForRepo({
            ...place,
            ...query,
            headers: isFirst ? condition(known.comments, since) : {},
          }),
        [304],
      ),
    item: (data) => readComment(data, repositoryUrl),
    key: ({ id }) => id,
  });
  const issues = await readSince({
    what: "read the changed issues",
    since,
    maxPages: MAX_PAGES,
    read: async (query, isFirst) => {
      const answer = await ask(
        "read the changed issues",
        repository,
        (rest) =>
          rest.issues.listForRepo({
            ...place,
            ...query,
            state: "all",
            headers: isFirst ? condition(known.issues, since) : {},
          }),
        [304, 410],
      );
      // A repository whose issues are switched off.
      return answer.status === 410 ? { ...answer, data: [] } : answer;
    },
    item: (data) => readIssue(data, repositoryUrl),
    key: ({ number }) => number,
  });
  return {
    comments: comments.items,
    issues: issues.items,
    validators: {
      ...validator("comments", known.comments, since, comments),
      ...validator("issues", known.issues, since, issues),
    },
    complete: comments.complete && issues.complete,
  };
}

/** A validator is of one list: of the moment that it was asked for from. */
function condition(known: string | undefined, since: string) {
  const [from, tag] = known?.split(" | ") ?? [];
  return from === since && tag !== undefined ? { "if-none-match": tag } : {};
}

function validator(
  name: "comments" | "issues",
  known: string | undefined,
  since: string,
  { first, pages, complete }: Since<unknown>,
): Validators {
  if (first.status === 304) return known === undefined ? {} : { [name]: known };
  const tag = first.headers["etag"];
  // That the first page is as it was says nothing of those behind it.
  const isAll = complete && pages === 1;
  const usable = typeof tag === "string" && /^(?:W\/)?"[\x21\x23-\x7e]{1,200}"$/.test(tag);
  return isAll && usable ? { [name]: `${since} | ${tag}` } : {};
}
