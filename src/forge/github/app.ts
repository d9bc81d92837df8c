import { createPrivateKey } from "node:crypto";
import { App, type Octokit } from "octokit";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { understood } from "../gitea/call.ts";
import { field, nameOf, positive, text } from "../gitea/fields.ts";
import type { Access, Place } from "./access.ts";
import { account } from "./account.ts";
import { readBot } from "./answers.ts";
import { call } from "./call.ts";
import { clientClass, type ClientOptions } from "./client.ts";
import { resendFailed } from "./redeliveries.ts";

export interface AppOptions {
  readonly id: number;
  /** PEM, PKCS#1 or PKCS#8. */
  readonly privateKey: string;
  /**
   * Whose repositories are served, in lower case: anybody can install a public App. An account is known by its name
   * alone: one that is renamed or deleted frees its name, and whoever takes that is served from then on. So an App that
   * is public is safe only while the operator keeps this list as the accounts are called; one that is private, which
   * only its owner can install, is safe by itself.
   */
  readonly accounts: readonly string[];
  /** Told of each token before it is used. */
  readonly learnToken?: ((token: string) => void) | undefined;
}

/** Tokens last an hour by GitHub's clock. Counted is from when one came, by the clock here, so that neither must be right. */
const RENEWED_AFTER_MS = 50 * 60_000;

interface Installation {
  readonly id: number;
  /** In lower case. */
  readonly owner: string;
  /** One for all of its tokens: GitHub's limits are the installation's. */
  readonly Client: typeof Octokit;
  token: Token | undefined;
}

interface Token {
  readonly value: string;
  readonly client: Octokit;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/**
 * The bot as a GitHub App: with the token of the installation at a repository's owner. Tokens are asked for here and
 * not by octokit's own authentication, whose questions under way are known by the installation's number alone, so that
 * two GitHubs in one process could be given each other's.
 * @throws KugetsuError `invalid` when the id or the key is none
 */
export function appAccess(app: AppOptions, options: ClientOptions): Access {
  const Client = clientClass(options);
  const jwt = new App({
    appId: positive(app.id) ?? refuse("The App's id is no number."),
    privateKey: pkcs8(app.privateKey),
    Octokit: Client,
  }).octokit.rest;
  const accounts = new Set(app.accounts.map((one) => one.toLowerCase()));
  const installations = new Map<string, Promise<Installation>>();

  async function installation({ owner, name }: Place): Promise<Installation> {
    const key = owner.toLowerCase();
    assertServed(accounts, key);
    const known = installations.get(key);
    if (known !== undefined) return known;
    const asked = find({ owner, name });
    installations.set(key, asked);
    try {
      const found = await asked;
      // A repository that was transferred answers by its old name: that says nothing of its former owner's others.
      if (found.owner !== key) installations.delete(key);
      return found;
    } catch (error) {
      installations.delete(key);
      throw error;
    }
  }

  async function find({ owner, name }: Place): Promise<Installation> {
    const what = "find the App's installation";
    const { status, data } = await call(
      what,
      () => jwt.apps.getRepoInstallation({ owner, repo: name }),
      [404],
    );
    if (status === 404) {
      throw new KugetsuError("not_found", "The GitHub App is not installed there.", {
        hint: `Install the App for ${owner}, or give it access to ${owner}/${name}.`,
      });
    }
    const { login } = understood(what, account(field(data, "account")));
    // By its old name a transferred repository may be anybody's now.
    assertServed(accounts, login.toLowerCase());
    return made(login.toLowerCase(), understood(what, positive(field(data, "id"))));
  }

  function made(owner: string, id: number): Installation {
    return { id, owner, Client: clientClass(options, { ofOneAccount: true }), token: undefined };
  }

  async function tokenAt(at: Place): Promise<Token> {
    // Where it was made anew since it was found, the one that is known is gone.
    const token =
      (await tokenOf(await installation(at))) ?? (await tokenOf(await installation(at)));
    return token ?? refuseGone(at.owner);
  }

  async function tokenOf(found: Installation): Promise<Token | undefined> {
    const { token } = found;
    const age = token === undefined ? 0 : options.now() - token.since;
    if (token !== undefined && age >= 0 && age < RENEWED_AFTER_MS) return token;
    return renew(found);
  }

  const renewals = new Map<Installation, ReturnType<typeof makeToken>>();
  async function renew(found: Installation): Promise<Token | undefined> {
    const running = renewals.get(found);
    if (running !== undefined) return running;
    const asked = makeToken(found);
    renewals.set(found, asked);
    try {
      return await asked;
    } finally {
      renewals.delete(found);
    }
  }

  /** undefined where the installation is gone. */
  async function makeToken(found: Installation): Promise<Token | undefined> {
    const what = "get a token of the App's installation";
    const since = options.now();
    const { status, data } = await call(
      what,
      () => jwt.apps.createInstallationAccessToken({ installation_id: found.id }),
      [403, 404],
    );
    if (status === 403 || status === 404) installations.delete(found.owner);
    if (status === 403) refuseGone(found.owner);
    if (status === 404) return undefined;
    const value = understood(what, tokenText(field(data, "token")));
    app.learnToken?.(value);
    const token = { value, client: new found.Client({ auth: value }), since };
    found.token = token;
    return token;
  }

  async function askApp() {
    const what = "ask which App this is";
    const { data } = await call(what, () => jwt.apps.getAuthenticated());
    return understood(what, nameOf(field(data, "slug")));
  }

  /** With a token of the first account that has one: what nobody logs in for is limited by address, and closed on some servers. */
  async function anyClient(): Promise<Octokit> {
    for (const owner of accounts) {
      const id = await installedAt(owner);
      if (id === undefined) continue;
      const known = await installations.get(owner);
      const found = known?.id === id ? known : made(owner, id);
      installations.set(owner, Promise.resolve(found));
      const token = await renew(found);
      if (token !== undefined) return token.client;
    }
    return new Client();
  }

  /** Asked for by name: of a public App anybody may have one, and the list of all is long. */
  async function installedAt(owner: string): Promise<number | undefined> {
    const what = "find the App's installation";
    const send = [
      () => jwt.apps.getUserInstallation({ username: owner }),
      () => jwt.apps.getOrgInstallation({ org: owner }),
    ];
    for (const one of send) {
      const { status, data } = await call(what, one, [404]);
      if (status === 404) continue;
      const isSuspended = typeof field(data, "suspended_at") === "string";
      const login = account(field(data, "account"))?.login.toLowerCase();
      // A name that was left answers for whoever has another one now.
      if (isSuspended || login !== owner) return undefined;
      return understood(what, positive(field(data, "id")));
    }
    return undefined;
  }

  return {
    async ask(at, ask) {
      const token = await tokenAt(at);
      try {
        return await ask(token.client.rest);
      } catch (error) {
        if (!(error instanceof KugetsuError) || !error.needsOperator) throw error;
        // It may have been revoked, or its installation made anew. Nothing was done.
        const found = await installation(at);
        if (found.token === token) installations.delete(found.owner);
        return ask((await tokenAt(at)).client.rest);
      }
    },
    async credentials(at) {
      return { username: "x-access-token", password: (await tokenAt(at)).value };
    },
    async self() {
      const what = "ask for the App's account";
      const login = `${await askApp()}[bot]`;
      const client = await anyClient();
      const { data } = await call(what, () => client.rest.users.getByUsername({ username: login }));
      return understood(what, readBot(data, options.address.url));
    },
    async ping() {
      await askApp();
    },
    resendFailed: (since) => resendFailed(jwt, since),
  };
}

function assertServed(accounts: ReadonlySet<string>, owner: string): void {
  if (accounts.has(owner)) return;
  throw new KugetsuError("forbidden", "This GitHub App does not serve that account.", {
    hint: `Name ${owner} among the accounts of the App, if it is to be served.`,
  });
}

function refuseGone(owner: string): never {
  throw new KugetsuError("forbidden", "The GitHub App is suspended there, or gone.", {
    hint: `Look at the installed Apps of ${owner}.`,
  });
}

function tokenText(value: unknown): string | undefined {
  const token = text(value, 2000);
  return token !== undefined && /^[\x21-\x7e]{10,1000}$/.test(token) ? token : undefined;
}

/** octokit signs with PKCS#8 alone; GitHub hands out PKCS#1. In environment variables line ends are often written `\n`. */
function pkcs8(key: string): string {
  try {
    const read = createPrivateKey(key.replaceAll(String.raw`\n`, "\n"));
    if (read.asymmetricKeyType === "rsa")
      return String(read.export({ type: "pkcs8", format: "pem" }));
  } catch {
    // Its message may quote the key.
  }
  return refuse("The App's private key is not an RSA key in PEM.");
}

function refuse(message: string): never {
  throw new KugetsuError("invalid", message, {
    hint: "GitHub shows the id of an App, and makes its private keys, on the App's page of settings.",
  });
}
