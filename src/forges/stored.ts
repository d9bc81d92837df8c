import { KugetsuError } from "../kugetsu/errors.ts";
import { isName } from "../kugetsu/ref.ts";
import { isToken, whyBadSecret } from "../own-secrets.ts";
import { redacted } from "../redacted.ts";
import { parseUrl } from "../settings/units.ts";
import { assertRsaKey } from "./private-key.ts";
import type { ForgeSetting, HookSetting } from "./setting.ts";

/** A hook as forges.json has it: beside the forges, since the environment's have hooks too. */
export interface StoredHook extends HookSetting {
  /** Name of its forge. */
  readonly forge: string;
  /** host[:port] of its forge when it was made: under the same name another server may stand by now. */
  readonly instance: string;
}

type Fields = Readonly<Record<string, unknown>>;

const MAX_TEXT = 1_000;
const MAX_KEY = 64 * 1024;
const MAX_ENTRIES = 1_000;

/** Whether a forge may have that name: it is a part of an address, and of the keys of jobs. */
export function isForgeName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,30}$/.test(name);
}

/** An entry of `forges`. @throws KugetsuError `invalid`, in words that quote nothing of it */
export function parseForge(name: string, value: unknown): ForgeSetting {
  if (!isForgeName(name))
    throw wrong("its name is not one: up to 31 of a-z, 0-9 and -, not with - in front");
  const fields = fieldsOf(value, [
    "kind",
    "url",
    "apiUrl",
    "token",
    "app",
    "accounts",
    "webhookSecrets",
    "permissionToken",
  ]);
  const { kind } = fields;
  if (kind !== "gitea" && kind !== "github") throw wrong("`kind` is neither gitea nor github");
  const url = addressOf(fields, "url");
  if (url === undefined) throw wrong("`url` is missing");
  const token = tokenOf(fields, "token");
  const app = appOf(fields["app"]);
  const apiUrl = addressOf(fields, "apiUrl");
  const accounts = texts(fields, "accounts", "accounts", isName).map((name_) =>
    name_.toLowerCase(),
  );
  const permissionToken = tokenOf(fields, "permissionToken");
  if ((token === undefined) === (app === undefined))
    throw wrong("it needs either `token` or `app`");
  if (kind === "gitea" && (app ?? apiUrl) !== undefined)
    throw wrong("`app` and `apiUrl` are GitHub's");
  if (kind === "github" && permissionToken !== undefined)
    throw wrong("`permissionToken` is Gitea's");
  if (app !== undefined && accounts.length === 0)
    throw wrong("`accounts` must name whom the App serves");
  if (app === undefined && accounts.length > 0) throw wrong("`accounts` goes with `app`");
  return {
    name,
    kind,
    url,
    apiUrl,
    from: "file",
    accounts,
    hooks: [],
    secrets: redacted({
      token,
      app,
      webhook: webhookSecrets(fields, "webhookSecrets"),
      permissionToken,
    }),
  };
}

/** An entry of `hooks`. @throws KugetsuError `invalid`, in words that quote nothing of it */
export function parseHook(value: unknown): StoredHook {
  const fields = fieldsOf(value, [
    "forge",
    "instance",
    "id",
    "scope",
    "scopeId",
    "remoteId",
    "secrets",
  ]);
  const { forge, instance, id, scope } = fields;
  if (typeof forge !== "string" || !isForgeName(forge)) throw wrong("`forge` is no forge's name");
  if (typeof instance !== "string" || !isInstance(instance)) throw wrong("`instance` is no host");
  if (typeof id !== "string" || !/^[0-9a-f]{16}$/.test(id))
    throw wrong("`id` is not 16 hex digits");
  if (typeof scope !== "string" || !isScope(scope))
    throw wrong("`scope` is neither owner/repo nor an organisation");
  const scopeId = idOf(fields, "scopeId");
  if (scopeId === undefined) throw wrong("`scopeId` is missing");
  const secrets = webhookSecrets(fields, "secrets");
  if (secrets.length === 0) throw wrong("`secrets` has none");
  const remoteId = idOf(fields, "remoteId");
  return { forge, instance, id, scope, scopeId, remoteId, secrets: redacted([...secrets]) };
}

/** What forges.json has of a forge. */
export function printForge({ kind, url, apiUrl, accounts, secrets }: ForgeSetting): Fields {
  const { token, app, webhook, permissionToken } = secrets;
  return {
    kind,
    url,
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(token === undefined ? {} : { token }),
    ...(app === undefined ? {} : { app: { id: app.id, privateKey: app.privateKey } }),
    ...(accounts.length === 0 ? {} : { accounts }),
    webhookSecrets: [...webhook],
    ...(permissionToken === undefined ? {} : { permissionToken }),
  };
}

/** What forges.json has of a hook. */
export function printHook(hook: StoredHook): Fields {
  const { forge, instance, id, scope, scopeId, remoteId, secrets } = hook;
  return {
    forge,
    instance,
    id,
    scope,
    scopeId,
    ...(remoteId === undefined ? {} : { remoteId }),
    secrets: [...secrets],
  };
}

function isInstance(text: string): boolean {
  return ["http", "https"].some((scheme) => URL.parse(`${scheme}://${text}`)?.host === text);
}

function isScope(scope: string): boolean {
  const parts = scope.split("/");
  return parts.length <= 2 && parts.every(isName);
}

function appOf(value: unknown): ForgeSetting["secrets"]["app"] {
  if (value === undefined) return undefined;
  const fields = fieldsOf(value, ["id", "privateKey"]);
  const id = idOf(fields, "id");
  const { privateKey } = fields;
  if (id === undefined || typeof privateKey !== "string" || privateKey.length > MAX_KEY)
    throw wrong("`app` needs `id` and `privateKey`");
  try {
    assertRsaKey(privateKey);
  } catch {
    throw wrong("`app.privateKey` is no RSA private key in PEM form");
  }
  return { id, privateKey };
}

function fieldsOf(value: unknown, known: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong("it is no object");
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw wrong("it has a field that is not known here");
  // Of its own alone: what every object inherits names nothing.
  return Object.assign(Object.create(null) as Record<string, unknown>, value);
}

function addressOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  const url = typeof value === "string" && value.length <= MAX_TEXT ? parseUrl(value) : undefined;
  if (url === undefined) throw wrong(`\`${name}\` is no address`);
  return url;
}

function tokenOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value === "" || value.length > MAX_TEXT || !isToken(value))
    throw wrong(`\`${name}\` is no token`);
  return value;
}

function webhookSecrets(fields: Fields, name: string): readonly string[] {
  return texts(
    fields,
    name,
    "secrets of at least 16 characters",
    (secret) => whyBadSecret(secret) === undefined,
  );
}

function texts(
  fields: Fields,
  name: string,
  shape: string,
  accept: (text: string) => boolean,
): readonly string[] {
  const value = fields[name] ?? [];
  if (
    !Array.isArray(value) ||
    value.length > MAX_ENTRIES ||
    !value.every(
      (each): each is string => typeof each === "string" && each.length <= MAX_TEXT && accept(each),
    )
  ) {
    throw wrong(`\`${name}\` is no list of ${shape}`);
  }
  return value;
}

function idOf(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || Number(value) <= 0)
    throw wrong(`\`${name}\` is no whole number above 0`);
  return Number(value);
}

function wrong(why: string): KugetsuError {
  return new KugetsuError("invalid", why);
}
