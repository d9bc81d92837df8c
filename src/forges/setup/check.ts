import type { ForgeAdmin, HookScope, RemoteHook } from "../../forge/admin.ts";
import { type Finding, ok, problem, warning } from "../../doctor/check.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { openAdmin, openForge } from "../adapter.ts";
import type { ForgeSetting, HookSetting } from "../setting.ts";
import { scopesFor } from "./add.ts";
import { faultsOf, hookAddress } from "./hook-address.ts";

export interface CheckOptions {
  readonly publicUrl: string | undefined;
  /** When something came through a hook last; milliseconds since 1970. */
  readonly last: (forge: string, hook: string) => number | undefined;
}

const PATIENCE_MS = 10_000;

/** Whether a forge takes the bot's token, and each webhook is as it has to be. */
export async function checkForge(
  setting: ForgeSetting,
  options: CheckOptions,
): Promise<readonly Finding[]> {
  const first = await orProblem(setting.url, () => token(setting));
  if (first.some(({ status }) => status === "problem")) return first;
  if (setting.secrets.app !== undefined) return first;
  const admin = openAdmin(setting);
  const hooks = await Promise.all(
    setting.hooks.map((hook) =>
      orProblem(`The webhook of ${hook.scope}`, () => check(hook, { setting, admin, ...options })),
    ),
  );
  return [...first, ...hooks.flat()];
}

async function token(setting: ForgeSetting): Promise<readonly Finding[]> {
  const { login } = await openForge(setting, { timeoutMs: PATIENCE_MS }).self();
  const taken = ok(`${setting.url} accepts the token of ${login}.`);
  if (setting.secrets.app !== undefined)
    return [
      ok(`${setting.url} knows the App as ${login}, which serves ${setting.accounts.join(", ")}.`),
    ];
  const missing = await openAdmin(setting).lacks();
  if (missing === undefined || missing.length === 0) return [taken];
  return [
    taken,
    problem(
      `The token lacks ${missing.join(" and ")}.`,
      `Make one with ${scopesFor(setting.kind)}.`,
    ),
  ];
}

async function check(
  hook: HookSetting,
  {
    setting,
    admin,
    publicUrl,
    last,
  }: CheckOptions & { readonly setting: ForgeSetting; readonly admin: ForgeAdmin },
): Promise<readonly Finding[]> {
  const what = `The webhook of ${hook.scope}`;
  const repair = `\`kugetsu forge watch ${hook.scope} --forge ${setting.name}\` mends it.`;
  const at = last(setting.name, hook.id);
  const came =
    at === undefined
      ? "nothing has come through it yet"
      : `the last delivery came ${new Date(at).toISOString()}`;
  const found = await shown(hook, admin);
  if ("hint" in found) {
    return [
      warning(
        `${what} cannot be looked at with the bot's token. As for what was received, ${came}.`,
        found.hint,
      ),
    ];
  }
  const { scope, remote } = found;
  if (scope.id !== hook.scopeId)
    return [problem(`${what} was for another one of that name.`, "Remove it with --remove.")];
  if (scope.archived) return [warning(`${what}: the repository is archived.`)];
  const draft = {
    url: publicUrl === undefined ? undefined : hookAddress(publicUrl, setting.name, hook.id),
    events: admin.events,
  };
  const mine = remote.filter(({ id, url }) => id === hook.remoteId || url === draft.url);
  const [newest] = mine.toSorted((one, other) => other.id - one.id);
  if (newest === undefined) return [problem(`${what} is not there any more.`, repair)];
  const faults = faultsOf(newest, { ...draft, url: draft.url ?? newest.url });
  if (faults.length > 0) return [problem(`${what} ${faults.join(", and it ")}.`, repair)];
  const told = await admin.lastDelivery(scope, newest.id);
  if (told !== undefined && !(told.status >= 200 && told.status < 300)) {
    return [
      problem(
        `${what}: of its last delivery (${told.at}) the forge says: ${told.status} ${told.words}.`,
        `\`kugetsu forge watch ${hook.scope} --forge ${setting.name}\` tries it, and says why.`,
      ),
    ];
  }
  if (mine.length > 1) return [warning(`${what} is there ${mine.length} times.`, repair)];
  return [
    at === undefined
      ? warning(`${what} is all right, and ${came}.`)
      : ok(`${what} is all right; ${came}.`),
  ];
}

/** What there is on the forge, or why the bot's token is not shown it: webhooks are for administrators. */
async function shown(
  hook: HookSetting,
  admin: ForgeAdmin,
): Promise<
  | { readonly scope: HookScope; readonly remote: readonly RemoteHook[] }
  | { readonly hint: string | undefined }
> {
  let scope: HookScope | undefined;
  try {
    scope = await admin.scope(hook.scope);
    return { scope, remote: await admin.hooks(scope) };
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.needsOperator) throw error;
    // GitHub hides from others that there are any.
    const isHidden = error.code === "not_found" && scope !== undefined;
    if (error.code !== "forbidden" && !isHidden) throw error;
    return { hint: error.hint };
  }
}

async function orProblem(
  what: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    return [problem(`${what}: ${error.message}`, error.hint)];
  }
}
