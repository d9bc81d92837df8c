import type { Sender } from "../events.ts";
import type { Installation, Repository, User } from "../records.ts";
import type { ForgeState } from "../state.ts";
import { installationJson, selectionOf } from "./json/app.ts";
import { nodeId } from "./json/node-id.ts";
import { userJson } from "./json/user.ts";
import { repositoriesOf } from "./installed.ts";
import type { Schemas } from "./schemas.ts";

/** `installation` deliveries: the App hears of them whatever events it asked for. */
export function tellInstallation(
  sender: Sender,
  installation: Installation,
  action: "created" | "deleted",
  by: User,
): void {
  const { state } = sender;
  const told = {
    installation: installationJson(state, installation),
    repositories: repositoriesOf(state, installation).map(shortJson),
    sender: userJson(state, by),
  };
  if (action === "created") {
    const payload = { action, ...told } satisfies Schemas["webhook-installation-created"];
    queue(sender, installation, "installation", payload);
  } else {
    const payload = { action, ...told } satisfies Schemas["webhook-installation-deleted"];
    queue(sender, installation, "installation", payload);
  }
}

export function tellInstalledRepositories(
  sender: Sender,
  installation: Installation,
  by: User,
  change: { readonly added: readonly Repository[]; readonly removed: readonly Repository[] },
): void {
  const told = toldOf(sender.state, installation, by);
  const repositories_added = change.added.map(shortJson);
  const repositories_removed = change.removed.map(shortJson);
  if (change.added.length > 0) {
    const payload = {
      action: "added",
      ...told,
      repositories_added,
      repositories_removed: [],
    } satisfies Schemas["webhook-installation-repositories-added"];
    queue(sender, installation, "installation_repositories", payload);
  }
  if (change.removed.length > 0) {
    const payload = {
      action: "removed",
      ...told,
      repositories_added: [],
      repositories_removed,
    } satisfies Schemas["webhook-installation-repositories-removed"];
    queue(sender, installation, "installation_repositories", payload);
  }
}

function toldOf(state: ForgeState, installation: Installation, by: User) {
  return {
    installation: installationJson(state, installation),
    repository_selection: selectionOf(installation),
    requester: null,
    sender: userJson(state, by),
  };
}

function queue(sender: Sender, installation: Installation, event: string, payload: object): void {
  const { hook } = installation.app;
  if (!hook.active || hook.url === "") return;
  const about = { installationId: installation.id, repositoryId: undefined };
  sender.deliveries.queue(hook, event, payload, about);
}

function shortJson(repository: Repository) {
  const { id, name, owner } = repository;
  return {
    id,
    node_id: nodeId("R", id),
    name,
    full_name: `${owner.login}/${name}`,
    private: repository.private,
  };
}
