import { createPrivateKey } from "node:crypto";
import { App, type Octokit } from "octokit";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { understood } from "../gitea/call.ts";
import { field, list, nameOf, positive, text } from "../gitea/fields.ts";
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
}

/** Tokens last an hour by GitHub's clock. Counted is from when one came, by the clock here, so that neither must be right. */
const RENEWED_AFTER_MS = 50 * 60_000;

interface Installation {
  readonly id: number;
  /** In lower case. */
  readonly owner: string;
  /** One for all of its tokens: GitHub's limits are the installation's. */
  readonly Client: typeof Octokit;
  token: { readonly value: string; readonly client: Octokit; readonly since: number } | undefined;
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
    // A refused token may be one that was revoked, or whose installation was made anew.
    const Installed = clientClass(options, (status) => {
      if (status === 401) installations.delete(owner);
    });
    return { id, owner, Client: Installed, token: undefined };
  }

  async function tokenAt(at: Place) {
    const found = await installation(at);
    const { token } = found;
    const age = token === undefined ? 0 : options.now() - token.since;
    if (token !== undefined && age >= 0 && age < RENEWED_AFTER_MS) return token;
    return renew(found);
  }

  const renewals = new Map<Installation, ReturnType<typeof makeToken>>();
  async function renew(found: Installation) {
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

  async function makeToken(found: Installation) {
    const what = "get a token of the App's installation";
    const since = options.now();
    const { status, data } = await call(
      what,
      () => jwt.apps.createInstallationAccessToken({ installation_id: found.id }),
      [403, 404],
    );
    if (status === 403 || status === 404) {
      installations.delete(found.owner);
      throw new KugetsuError("forbidden", "The GitHub App is suspended there, or gone.", {
        hint: `Look at the installed Apps of ${found.owner}.`,
      });
    }
    const value = understood(what, tokenText(field(data, "token")));
    const token = { value, client: new found.Client({ auth: value }), since };
    found.token = token;
    return token;
  }

  async function askApp() {
    const what = "ask which App this is";
    const { data } = await call(what, () => jwt.apps.getAuthenticated());
    return understood(what, nameOf(field(data, "slug")));
  }

  /** With any installation's token: what nobody logs in for is limited by address, and closed on some servers. */
  async function anyClient(): Promise<Octokit> {
    const { data } = await call("list the App's installations", () =>
      jwt.apps.listInstallations({ per_page: 100 }),
    );
    for (const one of list(data)) {
      const owner = account(field(one, "account"))?.login.toLowerCase();
      const id = positive(field(one, "id"));
      const suspended = typeof field(one, "suspended_at") === "string";
      if (owner === undefined || id === undefined || suspended || !accounts.has(owner)) continue;
      const found: Installation = (await installations.get(owner)) ?? made(owner, id);
      installations.set(owner, Promise.resolve(found));
      return (await renew(found)).client;
    }
    return new Client();
  }

  return {
    client: async (at) => (await tokenAt(at)).client,
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
