import type { Sender } from "../events.ts";
import type { Push } from "../happening.ts";
import type { Account } from "../records.ts";
import type { ForgeState } from "../state.ts";
import { about, fire } from "./fire.ts";
import { pushedCommitJson } from "./json/commit.ts";
import { repositoryPage } from "./json/repository.ts";
import type { Schemas } from "./schemas.ts";

const NOTHING = "0".repeat(40);

export function tellPush(sender: Sender, push: Push): void {
  fire(sender, push.repository, "push", pushJson(sender.state, push));
}

/** In a push, and only there, the times of the repository are seconds, and its owner has a name and an address. */
export function pushJson(state: ForgeState, push: Push) {
  const { repository, by, before = NOTHING, after = NOTHING } = push;
  const { repository: json, ...told } = about(state, repository, by);
  return {
    ref: `refs/heads/${push.branch}`,
    before,
    after,
    base_ref: null,
    compare: `${repositoryPage(state, repository)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    created: push.before === undefined,
    deleted: push.after === undefined,
    forced: false,
    commits: push.commits.toReversed().map((one) => pushedCommitJson(state, repository, one)),
    head_commit: push.head === undefined ? null : pushedCommitJson(state, repository, push.head),
    pusher: { name: by.login, email: by.email },
    repository: {
      ...json,
      owner: { ...json.owner, name: json.owner.login, email: emailOf(repository.owner) },
      created_at: Math.floor(repository.createdAt / 1000),
      pushed_at: Math.floor(state.now() / 1000),
      master_branch: repository.defaultBranch,
      stargazers: 0,
    },
    ...told,
  } satisfies Schemas["webhook-push"];
}

function emailOf(owner: Account): string | null {
  return owner.kind === "user" ? owner.email : null;
}
