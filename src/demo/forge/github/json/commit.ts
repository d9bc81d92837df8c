import type { CommitDetails } from "../../history.ts";
import type { Repository } from "../../records.ts";
import type { ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { nodeId } from "./node-id.ts";
import { repositoryPage, repositoryUrl } from "./repository.ts";
import { userJson } from "./user.ts";

/** As a branch shows its head. */
export function commitJson(state: ForgeState, repository: Repository, commit: CommitDetails) {
  const { sha } = commit;
  const api = repositoryUrl(state, repository);
  const url = `${api}/commits/${sha}`;
  const html = `${repositoryPage(state, repository)}/commit`;
  const person = ({ email }: { email: string }) => {
    const account = accountOf(state, email);
    return account === undefined ? null : userJson(state, account);
  };
  return {
    url,
    sha,
    node_id: nodeId("C", Number.parseInt(sha.slice(0, 8), 16)),
    html_url: `${html}/${sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${api}/git/commits/${sha}`,
      author: { ...commit.author, date: commit.timestamp },
      committer: { ...commit.committer, date: commit.timestamp },
      message: commit.message.trimEnd(),
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: {
        verified: false,
        reason: "unsigned",
        payload: null,
        signature: null,
        verified_at: null,
      },
    },
    author: person(commit.author),
    committer: person(commit.committer),
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: `${api}/commits/${parent}`,
      html_url: `${html}/${parent}`,
    })),
  } satisfies Schemas["commit"];
}

/** As a push shows it. */
export function pushedCommitJson(state: ForgeState, repository: Repository, commit: CommitDetails) {
  const person = (who: { name: string; email: string }) => {
    const account = accountOf(state, who.email);
    return { ...who, ...(account !== undefined && { username: account.login }) };
  };
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message.trimEnd(),
    timestamp: commit.timestamp,
    url: `${repositoryPage(state, repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: [...commit.added],
    removed: [...commit.removed],
    modified: [...commit.modified],
  } satisfies Schemas["webhook-push"]["commits"][number];
}

function accountOf(state: ForgeState, email: string) {
  return [...state.accounts.values()].find((one) => one.kind === "user" && one.email === email);
}
