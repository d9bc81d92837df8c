import type { Verb } from "../command.ts";
import { count } from "./amount.ts";
import { code } from "./code.ts";

/** Why an order is not taken. */
export type Refusal =
  /** The forge says that this person cannot push. */
  | "no_right"
  /** The forge did not tell; what an operator could do about it goes to the log, not here. */
  | "unknown"
  /** `delegate` is for admins, owners and those whom the operator names. */
  | "no_admin"
  /** The person's turns of the day are used up. */
  | "daily_limit"
  /** The pull request's branch lies in a fork, where the bot cannot push. */
  | "fork"
  /** The pull request's branch is the default branch, to which nothing goes without a review. */
  | "default_branch"
  /** The words were edited, and who did that is told only by whoever knows a secret that others have as well. */
  | "edited"
  | "archived";

/** One short comment for someone whose order is not taken. It mentions nobody: the thread's people see it anyway. */
export function refusal(facts: {
  readonly login: string;
  readonly verb: Verb;
  readonly why: Refusal;
  /** Turns a day. */
  readonly limit?: number | undefined;
}): string {
  return `**Refused:** \`${facts.verb}\` for ${code(facts.login)}. ${reason(facts)}`;
}

function reason({ why, limit }: { why: Refusal; limit?: number | undefined }): string {
  switch (why) {
    case "no_right":
      return "Only people who can push to this repository can give me orders.";
    case "unknown":
      return "I could not find out whether you can push to this repository, so I did nothing. My operator finds more in the log.";
    case "no_admin":
      return "Only admins of this repository can delegate. `/kugetsu fix` works for everyone who can push.";
    case "daily_limit":
      return `You have used ${limit === undefined ? "your turns" : `your ${count(limit, "turn")}`} of the last 24 hours. Please come back when the first of them is a day old.`;
    case "fork":
      return "The branch of this pull request lies in a fork, and I can push to this repository alone. Push the branch to this repository, open a pull request from there, and write this again; or write `/kugetsu fix` on the issue that it is for.";
    case "default_branch":
      return "The branch of this pull request is the repository's default branch, and I push nothing there that nobody has reviewed. Write `/kugetsu fix` on an issue: I open a pull request of my own.";
    case "edited":
      return "These words were edited, and I cannot be sure by whom. Please write a new comment. Edits count once this repository has a webhook with a secret of its own, which my operator makes with `kugetsu forge watch`.";
    case "archived":
      return "This repository is archived, so nothing can be pushed to it.";
    default:
      return why satisfies never;
  }
}
