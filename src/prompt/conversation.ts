import type { Thread, ThreadComment } from "../thread.ts";
import { busyMs } from "../markdown/deadline.ts";
import { withoutInvisible } from "../markdown/invisible.ts";
import { fenced } from "./fence.ts";
import { stripHidden } from "./strip-hidden.ts";

/** Characters of one issue text or comment. */
const MOST_OF_ONE = 60_000;
/** Milliseconds, with a processor, for a whole conversation, and what each text gets at least: enough for any that people write. */
const DEADLINE = 2000;
const LEAST_DEADLINE = 20;

/**
 * An issue's text and comments, each between the lines of `token`. The oldest comments go first when they do not fit
 * into `most` characters, and the text says so.
 */
export function conversation(thread: Thread, token: string, most: number): string {
  const begun = busyMs();
  const within = (): number => Math.max(LEAST_DEADLINE, Math.min(500, begun + DEADLINE - busyMs()));
  const title = oneLine(thread.title, 500);
  const issue = fenced(
    token,
    `${thread.isPullRequest === true ? "pull request" : "issue"}, by ${oneLine(thread.author.login, 100)}`,
    `Title: ${title}\n\n${shown(thread.body, within())}`.trimEnd(),
  );
  const comments = [];
  let left = most - issue.length;
  for (const comment of thread.comments.toReversed()) {
    const text = fenced(token, heading(comment), shown(comment.body, within()));
    left -= text.length + 2;
    if (left < 0) break;
    comments.unshift(text);
  }
  const dropped = thread.comments.length - comments.length;
  const note =
    dropped === 0
      ? []
      : [`(${dropped} older ${dropped === 1 ? "comment is" : "comments are"} left out here.)`];
  return [issue, ...note, ...comments].join("\n\n");
}

/** Text of somebody else as an agent may see it: what readers see, not longer than one text may be. */
export function shown(text: string, deadline?: number): string {
  const cut = text.length > MOST_OF_ONE;
  const visible = stripHidden(cut ? text.slice(0, MOST_OF_ONE) : text, deadline).trim();
  return cut ? `${visible}\n[Cut here: the text has ${text.length} characters.]` : visible;
}

/** A name or a title without line breaks, so that it cannot begin a line of its own. */
export function oneLine(text: string, most: number): string {
  return withoutInvisible(text.slice(0, 2 * most))
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, most);
}

function heading({ place, path, line, author, createdAt }: ThreadComment): string {
  const on =
    path === undefined ? "" : ` on ${oneLine(path, 400)}${line === undefined ? "" : `:${line}`}`;
  const what = place === "review" ? "review" : `comment${on}`;
  return `${what}, by ${oneLine(author.login, 100)}, ${oneLine(createdAt, 40)}`;
}
