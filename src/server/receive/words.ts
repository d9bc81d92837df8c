import type { WordsEvent } from "../../forge/event.ts";
import type { Asked } from "./asked.ts";
import { commandIn, jobOf } from "./order.ts";
import { isOwn, type Origin } from "./origin.ts";

/** The command in a comment, in a review or in a comment on a line. */
export function receiveWords(event: WordsEvent, origin: Origin): Asked {
  const { action, actor, issue, place, repository, words } = event;
  if (isOwn(actor, origin) || isOwn(words.author, origin))
    return { ignored: "the bot's own words, or another bot's" };
  const command = commandIn(words.body, place, origin);
  if (command === undefined) return { ignored: "no command" };
  // That a comment gives one order only, the admission decides: it knows whether an earlier text became one.
  if (action === "edited" && command.verb === undefined) return { ignored: "no command" };
  const asked = jobOf(event, origin, command, {
    // Jobs of old say nothing where it was a comment.
    ...(place === "comment" ? {} : { trigger: place }),
    ...(action === "edited" && mayHaveOrdered(event, origin) ? { again: true } : {}),
    commentId: words.id,
    action,
    commentUpdatedAt: words.updatedAt,
    commentBody: words.body,
    author: words.author,
    actor,
  });
  if (!issue.isPullRequest || place !== "comment") return asked;
  // Gitea tells a reply to a comment on a line, and an edit of one, as a comment, under whose id it then knows none.
  return { ...asked, look: { repository, issueNumber: issue.number, kind: "reviews" } };
}

/** Nobody knows of what is not told. */
function mayHaveOrdered({ place, words: { previousBody } }: WordsEvent, origin: Origin): boolean {
  return previousBody === undefined || commandIn(previousBody, place, origin)?.verb !== undefined;
}
