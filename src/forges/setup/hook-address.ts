import type { HookDraft, HookScope, RemoteHook } from "../../forge/admin.ts";
import type { HookSetting } from "../setting.ts";

/** Where a forge sends what a hook tells. */
export function hookAddress(publicUrl: string, forge: string, id: string): string {
  return `${publicUrl}/webhooks/${forge}/${id}`;
}

/** Whether a stored hook speaks for that repository or organisation. */
export function isFor(
  { scope, scopeId }: HookSetting,
  at: Pick<HookScope, "kind" | "id">,
): boolean {
  return scopeId === at.id && scope.includes("/") === (at.kind === "repository");
}

/** Whether a hook on the forge leads to an address of ours for one hook, known here or not. */
export function isOurs({ url }: RemoteHook, publicUrl: string, forge: string): boolean {
  const base = hookAddress(publicUrl, forge, "");
  return url.startsWith(base) && /^[0-9a-f]{16}$/.test(url.slice(base.length));
}

/** What of a hook on the forge is not as it has to be, in words that go on after "it". */
export function faultsOf(remote: RemoteHook, draft: HookDraft): readonly string[] {
  const missing = draft.events.filter(
    (event) => !remote.events.includes(event) && !remote.events.includes("*"),
  );
  return [
    ...(remote.active ? [] : ["is switched off"]),
    ...(remote.url === draft.url ? [] : ["leads to another address"]),
    ...(remote.json ? [] : ["sends forms instead of JSON"]),
    ...(missing.length === 0 ? [] : [`does not tell ${missing.join(", ")}`]),
  ];
}
