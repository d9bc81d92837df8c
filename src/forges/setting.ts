import { workingForm } from "./private-key.ts";

/** One forge as it is configured: by the environment, or by `kugetsu forge add`. */
export interface ForgeSetting {
  /** Last part of its address here: `/webhooks/<name>`. The environment's are `gitea` and `github`. */
  readonly name: string;
  readonly kind: "gitea" | "github";
  /** Where people and git reach it; without a trailing slash. */
  readonly url: string;
  /** GitHub's API, where it is not derived from the URL; without a trailing slash. */
  readonly apiUrl: string | undefined;
  readonly from: "environment" | "file";
  /** A GitHub App serves only these accounts (owners); lower case. */
  readonly accounts: readonly string[];
  /** What else the operator told to be watched: `owner/repo`s and owners. */
  readonly hooks: readonly HookSetting[];
  /** Kept apart and never printed: JSON and `inspect` show `[redacted]`. */
  readonly secrets: ForgeSecrets;
}

export interface ForgeSecrets {
  /** The bot's token; undefined for a GitHub App. */
  readonly token: string | undefined;
  /** `privateKey` is PEM. */
  readonly app: { readonly id: number; readonly privateKey: string } | undefined;
  /** What may have signed a delivery at `/webhooks/<name>`, the one in force first; empty: none is taken there. */
  readonly webhook: readonly string[];
  /** A site admin's token with read scopes, to ask for people's rights; Gitea only. */
  readonly permissionToken: string | undefined;
}

/** A webhook with an address and a secret of its own: `/webhooks/<forge>/<id>`. */
export interface HookSetting {
  /** 16 lower-case hex digits. */
  readonly id: string;
  /** `owner/repo`, or the name of an organisation: what it may speak for. */
  readonly scope: string;
  /** What the forge calls the repository, or the organisation: a name may come to mean another one. */
  readonly scopeId: number;
  /** What the forge calls the hook; undefined until it is made. */
  readonly remoteId: number | undefined;
  /** Those that may have signed, the one in force first; shown as `[redacted]`. */
  readonly secrets: readonly string[];
}

/** host[:port] of a forge's URL: the `instance` of its issue refs. */
export function instanceOf({ url }: Pick<ForgeSetting, "url">): string {
  return new URL(url).host;
}

/** All secrets of a forge, its hooks' included, and an App's key as it is and as it is worked with. */
export function secretsOf({ secrets, hooks }: ForgeSetting): readonly string[] {
  const { token, app, webhook, permissionToken } = secrets;
  const all = [
    token,
    permissionToken,
    ...(app === undefined ? [] : [app.privateKey, workingForm(app.privateKey)]),
    ...webhook,
    ...hooks.flatMap((hook) => hook.secrets),
  ];
  return all.filter((secret): secret is string => secret !== undefined && secret !== "");
}
