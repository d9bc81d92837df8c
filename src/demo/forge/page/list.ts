import { html } from "hono/html";
import type { Issue, Repository } from "../records.ts";
import { commentsOf, fullName, type ForgeState } from "../state.ts";
import { layout, type Document } from "./layout.ts";
import { stateBadge } from "./thread.ts";

/** All repositories with their issues and pull requests, newest first. */
export function listPage(state: ForgeState, nonce: string): Document {
  const repositories = [...state.repositories.values()];
  const content = html`${repositories.length === 0 ? html`<p class="dim">No repository yet.</p>` : ""}
  ${repositories.map(section)}`;
  return layout("Sandbox forge", nonce, content);
}

function section(repository: Repository): Document {
  const issues = [...repository.issues.values()].toReversed();
  return html`<h1>${fullName(repository)}</h1>
    <p class="dim">
      ${repository.branches.size} branches: ${[...repository.branches.keys()].join(", ")}
    </p>
    <ul>
      ${issues.map(row)}
    </ul>`;
}

function row(issue: Issue): Document {
  const kind = issue.pull === undefined ? "issues" : "pulls";
  const href = `/${fullName(issue.repository)}/${kind}/${issue.number}`;
  return html`<li>
    ${stateBadge(issue)} <a href="${href}">#${issue.number} ${issue.title}</a>
    <span class="dim">${issue.user.login}, comments: ${commentsOf(issue).length}</span>
  </li>`;
}
