import { html } from "hono/html";
import { timestamp } from "../clock.ts";
import type { Issue, ReactionRecord } from "../records.ts";
import { commentsOf, fullName, type ForgeState } from "../state.ts";
import { layout, type Document } from "./layout.ts";

const FACES: Readonly<Record<string, string>> = {
  "+1": "\u{1F44D}",
  "-1": "\u{1F44E}",
  laugh: "\u{1F604}",
  hooray: "\u{1F389}",
  confused: "\u{1F615}",
  heart: "\u2764\uFE0F",
  rocket: "\u{1F680}",
  eyes: "\u{1F440}",
};

/** One issue or pull request with its comments; what people wrote is shown as it is, not rendered. */
export function threadPage(state: ForgeState, issue: Issue, nonce: string): Document {
  const title = `${issue.title} #${issue.number}`;
  const { pull } = issue;
  const content = html`<h1>${issue.title} <small>#${issue.number}</small></h1>
    <p>
      ${stateBadge(issue)}
      <span class="dim">${fullName(issue.repository)}</span>
      ${
        pull === undefined
          ? ""
          : html`<span class="dim"
              >${pull.head} into ${pull.base}, +${pull.difference.additions}
              -${pull.difference.deletions}</span
            >`
      }
      ${related(issue)}
    </p>
    ${entry(state, issue, issue.user.login, issue.body, issue.createdAt, 0, issue.reactions, "issue")}
    ${commentsOf(issue).map((one) =>
      entry(
        state,
        issue,
        one.user.login,
        one.body,
        one.createdAt,
        one.edits.length,
        one.reactions,
        `issuecomment-${one.id}`,
      ),
    )}`;
  return layout(title, nonce, content);
}

export function stateBadge(issue: Issue): Document {
  const word = issue.pull?.merged === undefined ? issue.state : "merged";
  return html`<span class="state ${word}">${word}</span>`;
}

/** Links between an issue and the pull requests that name it. */
function related(issue: Issue): Document {
  const mentions = new RegExp(`#${issue.number}(?![0-9])`);
  const pulls = [...issue.repository.issues.values()].filter(
    (other) =>
      other !== issue && other.pull !== undefined && mentions.test(`${other.title} ${other.body}`),
  );
  return html`${pulls.map(
    (pull) =>
      html`<a href="/${fullName(issue.repository)}/pulls/${pull.number}"
        >#${pull.number} ${pull.title}</a
      > `,
  )}`;
}

function entry(
  state: ForgeState,
  issue: Issue,
  by: string,
  body: string,
  at: number,
  edits: number,
  reactions: readonly ReactionRecord[],
  id: string,
): Document {
  return html`<article id="${id}">
    <div>
      <strong>${by}</strong> <span class="dim">${timestamp(at)}</span>
      ${edits === 0 ? "" : html`<span class="dim">edited ${edits === 1 ? "once" : `${edits} times`}</span>`}
    </div>
    <pre>${linked(state, issue, body)}</pre>
    ${
      reactions.length === 0
        ? ""
        : html`<p>
            ${reactions.map(
              (reaction) =>
                html`<span class="reaction" title="${reaction.content}"
                  >${FACES[reaction.content] ?? reaction.content} ${reaction.user.login}</span
                >`,
            )}
          </p>`
    }
  </article>`;
}

/** The text, with links for addresses of this forge and for `#12`. Nothing else becomes a link. */
function linked(state: ForgeState, issue: Issue, body: string): Document[] {
  const words = body
    .replaceAll(/<!--[\s\S]*?-->\n?/g, "")
    .split(/((?:https?:\/\/[^\s<>()"'`]+)|#\d+\b)/);
  return words.map((word, index) => {
    if (index % 2 === 0) return html`${word}`;
    if (word.startsWith("#")) {
      return html`<a href="/${fullName(issue.repository)}/issues/${word.slice(1)}">${word}</a>`;
    }
    return word.startsWith(`${state.url}/`)
      ? html`<a href="${word.slice(state.url.length)}">${word}</a>`
      : html`${word}`;
  });
}
