import type { CommitDetails } from "../history.ts";
import type { Repository } from "../records.ts";
import { fullName, type ForgeState } from "../state.ts";
import type { Json } from "./go.ts";

/** A commit in a push (`paths`: with the paths it touched) or under a branch (without, but with a verification). */
export function commitJson(
  state: ForgeState,
  repository: Repository,
  commit: CommitDetails,
  paths: "with paths" | "without paths",
): Json {
  const withPaths = paths === "with paths";
  return {
    id: commit.sha,
    message: commit.message,
    url: `${state.url}/${fullName(repository)}/commit/${commit.sha}`,
    author: identity(state, commit.author),
    committer: identity(state, commit.committer),
    verification: withPaths
      ? null
      : {
          verified: false,
          reason: "gpg.error.not_signed_commit",
          signature: "",
          signer: null,
          payload: "",
        },
    timestamp: commit.timestamp,
    added: withPaths ? commit.added : null,
    removed: withPaths ? commit.removed : null,
    modified: withPaths ? commit.modified : null,
  };
}

function identity(state: ForgeState, who: { name: string; email: string }): Json {
  const account = [...state.accounts.values()].find(
    (one) => one.kind === "user" && one.email === who.email,
  );
  return { name: who.name, email: who.email, username: account?.login ?? "" };
}
