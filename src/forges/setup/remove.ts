import { KugetsuError } from "../../kugetsu/errors.ts";
import { openAdmin } from "../adapter.ts";
import type { ForgeSetting, HookSetting } from "../setting.ts";
import { hookAddress } from "./hook-address.ts";

/**
 * Takes a hook of ours away from its forge; what is gone there, with its repository, is no error.
 * @param token of somebody else than the bot
 */
export async function removeRemote(
  setting: ForgeSetting,
  hook: HookSetting,
  publicUrl: string | undefined,
  token?: string,
): Promise<void> {
  const admin = openAdmin(setting, token);
  try {
    const at = await admin.scope(hook.scope);
    // Under the old name there may be another one by now.
    if (at.id !== hook.scopeId) return;
    const address =
      publicUrl === undefined ? undefined : hookAddress(publicUrl, setting.name, hook.id);
    for (const remote of await admin.hooks(at)) {
      if (remote.id === hook.remoteId || remote.url === address)
        await admin.removeHook(at, remote.id);
    }
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    if (error.code !== "not_found") throw withRights(error, hook.scope);
  }
}

/** Says of a refusal what right the set-up of webhooks takes. */
export function withRights(error: unknown, scope: string): unknown {
  if (!(error instanceof KugetsuError) || error.needsOperator) return error;
  if (error.code !== "forbidden" && error.code !== "not_found") return error;
  const { code, message, cause, hint } = error;
  const who = scope.includes("/") ? `an administrator of ${scope}` : `an owner of ${scope}`;
  const right = `Webhooks are set up by ${who}: make the bot's account one, or let the token of one come from standard input with \`--token -\`, for this time only.`;
  return new KugetsuError(code, message, {
    cause,
    hint: hint === undefined ? right : `${hint} ${right}`,
  });
}
