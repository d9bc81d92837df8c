import type { ForgeEvent, RepositoryId } from "../forge/event.ts";
import type { ForgeRoute } from "../server/webhook.ts";
import { readerOf } from "./adapter.ts";
import type { ForgeSetting, HookSetting } from "./setting.ts";

/** What the server must know of a forge to take its deliveries, as it is configured now. */
export function routeOf(setting: ForgeSetting): ForgeRoute {
  return {
    ...readerOf(setting),
    secrets: (hook) =>
      hook === undefined ? setting.secrets.webhook : hookOf(setting, hook)?.secrets,
    whyForeign: (event, hook) => whyForeign(setting, hook, event),
  };
}

/**
 * Why an event is not to be listened to although its signature is right; undefined where it is.
 *
 * Whoever knows a hook's secret (its repository's admins do) speaks for that repository or organisation alone. A
 * GitHub App, which anybody may be able to install, is listened to for the accounts that the operator named.
 */
export function whyForeign(
  setting: ForgeSetting,
  hookId: string | undefined,
  event: ForgeEvent,
): string | undefined {
  const repository = "repository" in event ? event.repository : undefined;
  if (setting.secrets.app !== undefined) {
    const account = event.kind === "installation" ? event.account.login : repository?.owner;
    if (account !== undefined && !setting.accounts.includes(account.toLowerCase()))
      return "the operator did not name this account";
  }
  if (hookId === undefined) return undefined;
  if (event.kind === "installation") return "a hook speaks for no installation";
  const hook = hookOf(setting, hookId);
  if (hook === undefined) return "the hook is gone";
  if (repository === undefined || speaksFor(hook, repository)) return undefined;
  return `the hook speaks for ${hook.scope} alone`;
}

/** A repository is known by its id, since it may be renamed; an event names organisations by name alone. */
function speaksFor({ scope, scopeId }: HookSetting, { id, owner }: RepositoryId): boolean {
  return scope.includes("/") ? id === scopeId : owner.toLowerCase() === scope.toLowerCase();
}

function hookOf({ hooks }: ForgeSetting, id: string): HookSetting | undefined {
  return hooks.find((hook) => hook.id === id);
}
