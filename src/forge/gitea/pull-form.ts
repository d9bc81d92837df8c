import type { Person } from "../event.ts";
import type { PullRequest } from "../forge.ts";
import { field, GHOST, list, MAX_BODY, positive, text } from "./fields.ts";
import { webUrl } from "./web-url.ts";

/** What one kind of forge says of a pull request in other words than the others. A side is its base or head. */
export interface PullForm {
  readonly person: (value: unknown) => Person | undefined;
  readonly branchOf: (side: unknown) => string | undefined;
  /** The id of the repository in which the side's branch lies. */
  readonly repositoryOf: (side: unknown) => number | undefined;
  readonly isMerged: (data: unknown) => boolean;
  /** What stands before the number in the address of its page. */
  readonly path: string;
}

export function pullRequestOf(
  data: unknown,
  repositoryUrl: string,
  form: PullForm,
): PullRequest | undefined {
  const { person, branchOf, isMerged, path } = form;
  const number = positive(field(data, "number"));
  const base = branchOf(field(data, "base"));
  const head = branchOf(field(data, "head"));
  const state = field(data, "state");
  if (number === undefined || base === undefined || head === undefined) return undefined;
  if (state !== "open" && state !== "closed") return undefined;
  return {
    number,
    state: isMerged(data) ? "merged" : state,
    author: person(field(data, "user")) ?? GHOST,
    base,
    head,
    fromFork: !isFrom(data, head, form),
    webUrl: webUrl(field(data, "html_url"), `${repositoryUrl}/${path}/${number}`),
    body: text(field(data, "body"), MAX_BODY) ?? "",
    reviewers: list(field(data, "requested_reviewers"))
      .map((reviewer) => person(reviewer)?.login)
      .filter((login) => login !== undefined),
  };
}

/** Whether it comes from that branch of its own repository. */
export function isFrom(
  data: unknown,
  head: string,
  { branchOf, repositoryOf }: Pick<PullForm, "branchOf" | "repositoryOf">,
): boolean {
  const from = field(data, "head");
  const repository = repositoryOf(from);
  return (
    repository !== undefined &&
    repository === repositoryOf(field(data, "base")) &&
    branchOf(from) === head
  );
}
