import { KugetsuError } from "../kugetsu/errors.ts";
import { checkedToken, neededToken, webhookSecretsOf } from "../own-secrets.ts";
import { redacted } from "../redacted.ts";
import type { Settings } from "../settings.ts";
import { readPrivateKey } from "./private-key.ts";
import { type ForgeSecrets, type ForgeSetting, instanceOf } from "./setting.ts";

/** Names of the environment's forges, which no other forge may have. */
export const GITEA = "gitea";
export const GITHUB = "github";

/**
 * What the forges are needed for. `serve`: they send deliveries, so that each needs its webhook's secret, and half of
 * a forge is a problem. `work`: the command line only asks and pushes.
 */
export type ForgeUse = "serve" | "work";

/** What of the environment's forges is no secret, and may stand in the home's config file too. */
export interface ForgeAddresses {
  readonly giteaUrl: string | undefined;
  readonly githubUrl: string;
  readonly githubApiUrl: string | undefined;
  readonly appId: number | undefined;
  /** Lower case. */
  readonly accounts: readonly string[];
}

const TOKEN_HELP =
  "an access token of the bot's account, with the scopes write:issue, write:repository and read:user.";
const GITEA_WHERE = "in Gitea: Settings, Webhooks, of the repository or the organisation";
const GITHUB_WHERE = "in GitHub: Settings, Webhooks, or the settings of the App";

const STRAY_TOKEN =
  "GITHUB_TOKEN is set, and GITHUB_WEBHOOK_SECRET is not, so that GitHub is left out: set GITHUB_WEBHOOK_SECRET to serve it as well, or take GITHUB_TOKEN out of the server's environment.";
const NO_OTHERS = { stored: 0, warn: () => undefined };

export function forgeAddresses(settings: Settings): ForgeAddresses {
  const [id] = settings.list("GITHUB_APP_ID", /^[1-9]\d{0,14}$/, "the number of a GitHub App");
  return {
    giteaUrl: settings.url("GITEA_URL"),
    githubUrl: settings.url("GITHUB_URL", "https://github.com"),
    githubApiUrl: settings.url("GITHUB_API_URL"),
    appId: id === undefined ? undefined : Number(id),
    accounts: settings
      .list("GITHUB_APP_ACCOUNTS", /^[\w.-]{1,100}$/, "the name of an account", { narrows: true })
      .map((account) => account.toLowerCase()),
  };
}

/**
 * The forges that the environment configures: `gitea`, `github`, both or none. Their secrets are the environment's
 * alone; of a private key's path the file is read. What is wrong is a problem of the settings.
 * @param others how many forges are configured elsewhere, and who is told of what is left out
 */
export function readForges(
  settings: Settings,
  addresses: ForgeAddresses,
  use: ForgeUse,
  others: { readonly stored: number; readonly warn: (words: string) => void } = NO_OTHERS,
): readonly ForgeSetting[] {
  const own = gitea(settings, addresses, use);
  const isStray =
    use === "serve" && others.stored + (own === undefined ? 0 : 1) > 0 && isStrayToken(settings);
  if (isStray) others.warn(STRAY_TOKEN);
  const forges = [own, isStray ? undefined : github(settings, addresses, use)].filter(
    (forge) => forge !== undefined,
  );
  const [one, other] = forges;
  if (one !== undefined && other !== undefined && instanceOf(one) === instanceOf(other))
    settings.problem("GITEA_URL and GITHUB_URL name the same host: a host is one forge.");
  return forges;
}

/** Many a machine has one, for programs that have nothing to do with the bot. */
function isStrayToken(settings: Settings): boolean {
  const isAppSet =
    settings.isSet("GITHUB_APP_ID") || isAnySet(settings, ["GITHUB_APP_PRIVATE_KEY"]);
  const secrets = ["GITHUB_WEBHOOK_SECRET", "GITHUB_WEBHOOK_SECRET_PREVIOUS"];
  return isAnySet(settings, ["GITHUB_TOKEN"]) && !isAppSet && !isAnySet(settings, secrets);
}

function gitea(
  settings: Settings,
  { giteaUrl: url }: ForgeAddresses,
  use: ForgeUse,
): ForgeSetting | undefined {
  const permissionToken = checkedToken(settings, "GITEA_PERMISSION_TOKEN");
  if (use === "work") {
    const token = settings.secret("GITEA_TOKEN");
    if (url === undefined || token === undefined) return undefined;
    return forgeOf({ name: GITEA, kind: "gitea", url }, { token, permissionToken });
  }
  if (!isAnySet(settings, ["GITEA_TOKEN", "GITEA_WEBHOOK_SECRET"]) && !settings.isSet("GITEA_URL"))
    return undefined;
  settings.needed(
    "GITEA_URL",
    "the address of your Gitea or Forgejo, such as https://git.example.org.",
  );
  const token = neededToken(settings, "GITEA_TOKEN", TOKEN_HELP);
  const webhook = webhookSecretsOf(settings, "GITEA_WEBHOOK_SECRET", GITEA_WHERE);
  if (url === undefined) return undefined;
  return forgeOf({ name: GITEA, kind: "gitea", url }, { token, permissionToken, webhook });
}

function github(
  settings: Settings,
  addresses: ForgeAddresses,
  use: ForgeUse,
): ForgeSetting | undefined {
  const { githubUrl: url, githubApiUrl: apiUrl, accounts } = addresses;
  const token = settings.secret("GITHUB_TOKEN");
  const hasApp = addresses.appId !== undefined || settings.secret("GITHUB_APP_PRIVATE_KEY");
  if (token === undefined && !hasApp) {
    if (use === "serve" && settings.secret("GITHUB_WEBHOOK_SECRET") !== undefined)
      settings.problem(
        "GITHUB_WEBHOOK_SECRET is set, and the bot has no account: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY.",
      );
    return undefined;
  }
  if (token !== undefined && hasApp) {
    settings.problem(
      "GITHUB_TOKEN and a GitHub App (GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY) are both set: the bot has one account, so take one of them away.",
    );
    return undefined;
  }
  if (use === "serve") checkedToken(settings, "GITHUB_TOKEN");
  const app = token === undefined ? appOf(settings, addresses) : undefined;
  const webhook =
    use === "serve" ? webhookSecretsOf(settings, "GITHUB_WEBHOOK_SECRET", GITHUB_WHERE) : [];
  if (token === undefined && app === undefined) return undefined;
  return forgeOf(
    {
      name: GITHUB,
      kind: "github",
      url,
      apiUrl,
      accounts: app === undefined ? [] : accounts,
    },
    { token, app, webhook },
  );
}

function appOf(settings: Settings, { appId: id, accounts }: ForgeAddresses): ForgeSecrets["app"] {
  const given = settings.secret("GITHUB_APP_PRIVATE_KEY");
  if (id === undefined && !settings.isSet("GITHUB_APP_ID"))
    settings.problem("GITHUB_APP_ID is not set: the App's number, which its settings show.");
  if (given === undefined)
    settings.problem(
      "GITHUB_APP_PRIVATE_KEY is not set: the text of the key that GitHub let you download, or its path.",
    );
  if (accounts.length === 0 && !settings.isSet("GITHUB_APP_ACCOUNTS"))
    settings.problem(
      "GITHUB_APP_ACCOUNTS is not set: the accounts that the App serves. Anybody may install an App that is public, and then give orders.",
    );
  if (given === undefined) return undefined;
  try {
    const privateKey = readPrivateKey(given);
    return id === undefined ? undefined : { id, privateKey };
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    settings.problem(`GITHUB_APP_PRIVATE_KEY ${error.message}`);
    return undefined;
  }
}

function isAnySet(settings: Settings, names: readonly string[]): boolean {
  return names.some((name) => settings.secret(name) !== undefined);
}

function forgeOf(
  place: Pick<ForgeSetting, "name" | "kind" | "url"> &
    Partial<Pick<ForgeSetting, "apiUrl" | "accounts">>,
  { token, app, webhook = [], permissionToken }: Partial<ForgeSecrets>,
): ForgeSetting {
  return {
    apiUrl: undefined,
    accounts: [],
    ...place,
    from: "environment",
    hooks: [],
    secrets: redacted({ token, app, webhook, permissionToken }),
  };
}
