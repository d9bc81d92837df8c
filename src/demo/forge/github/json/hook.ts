import { timestamp } from "../../clock.ts";
import type { ListedDelivery } from "../../deliveries.ts";
import type { App, Hook, Organization, Repository } from "../../records.ts";
import type { ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { repositoryUrl } from "./repository.ts";

export function hookUrl(state: ForgeState, to: Repository | Organization, hook: Hook): string {
  const owner = "issues" in to ? repositoryUrl(state, to) : `${state.url}/api/v3/orgs/${to.login}`;
  return `${owner}/hooks/${hook.id}`;
}

/** The secret is never told again. */
export function hookJson(state: ForgeState, to: Repository, hook: Hook, last?: ListedDelivery) {
  const url = hookUrl(state, to, hook);
  const status = last?.record.status;
  return {
    type: "Repository",
    id: hook.id,
    name: "web" as const,
    active: hook.active,
    events: [...hook.events],
    config: configJson(hook),
    updated_at: timestamp(hook.updatedAt),
    created_at: timestamp(hook.createdAt),
    url,
    test_url: `${url}/tests`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response:
      status === undefined
        ? { code: null, status: "unused", message: null }
        : { code: status, status: status < 300 ? "active" : "misconfigured", message: null },
  } satisfies Schemas["hook"];
}

export function organizationHookJson(state: ForgeState, to: Organization, hook: Hook) {
  const url = hookUrl(state, to, hook);
  return {
    type: "Organization",
    id: hook.id,
    name: "web" as const,
    active: hook.active,
    events: [...hook.events],
    config: configJson(hook),
    updated_at: timestamp(hook.updatedAt),
    created_at: timestamp(hook.createdAt),
    url,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
  } satisfies Schemas["org-hook"];
}

/** Of an App, as its ping shows it. */
export function appHookJson(state: ForgeState, app: App) {
  const { hook } = app;
  return {
    type: "App",
    id: hook.id,
    name: "web" as const,
    active: hook.active,
    events: [...hook.events],
    config: configJson(hook),
    updated_at: timestamp(hook.updatedAt),
    created_at: timestamp(hook.createdAt),
    app_id: app.id,
    deliveries_url: `${state.url}/api/v3/app/hook/deliveries`,
  } satisfies Schemas["webhook-ping"]["hook"];
}

export function deliveryItemJson(listed: ListedDelivery) {
  const { record, sending } = listed;
  const status = record.status ?? 0;
  return {
    id: listed.number,
    guid: record.id,
    delivered_at: new Date(record.at).toISOString(),
    redelivery: listed.isRepeated,
    duration: listed.duration,
    status: statusText(status),
    // As on GitHub, a receiver that cannot be reached counts as 502.
    status_code: status === 0 ? 502 : status,
    event: record.event,
    action: record.action ?? null,
    installation_id: sending.about?.installationId ?? null,
    repository_id: sending.about?.repositoryId ?? null,
    throttled_at: null,
  } satisfies Schemas["hook-delivery-item"];
}

export function deliveryJson(listed: ListedDelivery) {
  const { record, sending } = listed;
  return {
    ...deliveryItemJson(listed),
    url: listed.hook.url,
    request: {
      headers: { ...record.headers },
      payload: JSON.parse(sending.text) as Record<string, unknown>,
    },
    response: { headers: {}, payload: "" },
  } satisfies Schemas["hook-delivery"];
}

export function configJson(hook: Hook) {
  return {
    content_type: hook.contentType,
    insecure_ssl: "0",
    url: hook.url,
    ...(hook.secret !== "" && { secret: "********" }),
  } satisfies Schemas["webhook-config"];
}

function statusText(status: number): string {
  if (status === 0) return "failed to connect to host";
  if (status >= 200 && status < 300) return "OK";
  return `Invalid HTTP Response: ${status}`;
}
