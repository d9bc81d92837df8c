import type { Sender } from "../events.ts";
import type { App, Hook, Organization, Repository, User } from "../records.ts";
import { appHookJson, hookJson, organizationHookJson } from "./json/hook.ts";
import { repositoryJson } from "./json/repository.ts";
import { organizationJson, userJson } from "./json/user.ts";
import type { Schemas } from "./schemas.ts";

const ZEN = "Keep it logically awesome.";

/** The first delivery of every hook, whatever events it asked for. */
export function ping(
  { state, deliveries }: Sender,
  hook: Hook,
  to: Repository | Organization | App,
  by: User,
): void {
  if (hook.url === "") return;
  const head = { zen: ZEN, hook_id: hook.id };
  const none = { installationId: undefined, repositoryId: undefined };
  if ("slug" in to) {
    const payload = { ...head, hook: appHookJson(state, to) } satisfies Schemas["webhook-ping"];
    deliveries.queue(hook, "ping", payload, none);
    return;
  }
  const sender = userJson(state, by);
  if ("issues" in to) {
    const payload = {
      ...head,
      hook: hookJson(state, to, hook),
      repository: repositoryJson(state, to),
      sender,
    } satisfies Schemas["webhook-ping"];
    deliveries.queue(hook, "ping", payload, { ...none, repositoryId: to.id });
    return;
  }
  const payload = {
    ...head,
    hook: organizationHookJson(state, to, hook),
    organization: organizationJson(state, to),
    sender,
  } satisfies Schemas["webhook-ping"];
  deliveries.queue(hook, "ping", payload, none);
}
