/** Breaks a mention, a reference or a command where a reader does not see it: forges do not link across it. */
export const BREAK = "\u200B";

// A slash command of any bot: a word alone, so that a path such as /etc/hosts stays as it is.
const COMMAND = /(^|\n)([ \t]*)\/(?=[a-z][\w-]*(?:\s|$))/gi;
const ISSUE_PATH = /\/(?:issues|pulls?|discussions|merge_requests)\/(?:\d|[A-Z]{1,10}-\d)/i;

/**
 * Text, not Markdown, that mentions nobody, refers to no issue and commands no bot, wherever it is put between other
 * text. It looks as before.
 */
export function breakUp(text: string): string {
  return text
    .replaceAll(/@(?=[^\s\u200B]|$)/g, `@${BREAK}`)
    .replaceAll(/([#!])(?=\d|[A-Z]{1,10}-\d)/g, `$1${BREAK}`)
    .replaceAll(/#$/g, `#${BREAK}`)
    .replaceAll(/\b(GH)-(?=\d)/gi, `$1-${BREAK}`)
    .replaceAll(COMMAND, `$1$2/${BREAK}`);
}

/** Whether a text still holds something that `breakUp` breaks up. */
export function isLive(text: string): boolean {
  return breakUp(text) !== text;
}

/** Whether an address is one of an issue, a pull request or a discussion: forges link back from there. */
export function isIssueUrl(url: string): boolean {
  return ISSUE_PATH.test(url) || ISSUE_PATH.test(decoded(url));
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
