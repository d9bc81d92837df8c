import { isInstalledOn } from "../access.ts";
import { hooksOf, type Sender } from "../events.ts";
import type { Hook, Installation, Repository, User } from "../records.ts";
import type { ForgeState } from "../state.ts";
import { nodeId } from "./json/node-id.ts";
import { repositoryJson } from "./json/repository.ts";
import { organizationJson, userJson } from "./json/user.ts";

/** What stands in every delivery about a repository. */
export function about(state: ForgeState, repository: Repository, by: User) {
  const { owner } = repository;
  return {
    repository: { ...repositoryJson(state, repository), custom_properties: {} },
    ...(owner.kind === "organization" && { organization: organizationJson(state, owner) }),
    sender: userJson(state, by),
  };
}

/** Queues a delivery for every hook that asked for it: the repository's, its organization's, and those of Apps. */
export function fire(
  { state, deliveries }: Sender,
  repository: Repository,
  event: string,
  payload: object,
): void {
  const repositoryId = repository.id;
  for (const hook of hooksOf(repository)) {
    if (wants(hook, event)) {
      deliveries.queue(hook, event, payload, { repositoryId, installationId: undefined });
    }
  }
  for (const { id, app } of installationsFor(state, repository)) {
    if (!wants(app.hook, event)) continue;
    const installation = { id, node_id: nodeId("IIN", id) };
    deliveries.queue(
      app.hook,
      event,
      { ...payload, installation },
      { repositoryId, installationId: id },
    );
  }
}

export function installationsFor(state: ForgeState, repository: Repository): Installation[] {
  return [...state.apps.values()]
    .flatMap((app) => app.installations)
    .filter((one) => isInstalledOn(one, repository));
}

function wants(hook: Hook, event: string): boolean {
  return hook.active && hook.url !== "" && (hook.events.has("*") || hook.events.has(event));
}
