import { timestamp } from "../../clock.ts";
import type { App, Installation, User } from "../../records.ts";
import type { ForgeState } from "../../state.ts";
import { isAppEvent } from "../events.ts";
import type { Schemas } from "../schemas.ts";
import { nodeId } from "./node-id.ts";
import { userJson } from "./user.ts";

export function appJson(state: ForgeState, app: App) {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId("A", app.id),
    owner: userJson(state, app.owner),
    name: app.name,
    description: null,
    external_url: state.url,
    html_url: `${state.url}/apps/${app.slug}`,
    created_at: timestamp(app.createdAt),
    updated_at: timestamp(app.createdAt),
    permissions: { ...app.permissions },
    events: eventsOf(app),
  } satisfies Schemas["integration"];
}

/** The App as which somebody wrote, or null for a person. */
export function viaApp(state: ForgeState, user: User) {
  return user.app === undefined ? null : appJson(state, user.app);
}

export function installationJson(state: ForgeState, installation: Installation) {
  const { app, account, id } = installation;
  return {
    id,
    client_id: app.clientId,
    account: userJson(state, account),
    repository_selection: selectionOf(installation),
    access_tokens_url: `${state.url}/api/v3/app/installations/${id}/access_tokens`,
    repositories_url: `${state.url}/api/v3/installation/repositories`,
    html_url: `${state.url}/settings/installations/${id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.kind === "user" ? "User" : "Organization",
    permissions: { ...app.permissions } as Schemas["app-permissions"],
    events: eventsOf(app),
    created_at: timestamp(installation.createdAt),
    updated_at: timestamp(installation.updatedAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  } satisfies Schemas["installation"];
}

export function selectionOf(scope: Pick<Installation, "repositories">): "all" | "selected" {
  return scope.repositories === "all" ? "all" : "selected";
}

function eventsOf(app: App) {
  return [...app.hook.events].filter(isAppEvent);
}
