import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { Internals } from "../internals.ts";
import { register, firstUser } from "../people.ts";
import type {
  Account,
  App,
  AppPermissions,
  Hook,
  Installation,
  Repository,
  User,
} from "../records.ts";
import { found, type ForgeState } from "../state.ts";
import { EVENTS } from "./events.ts";
import { USUAL_PERMISSIONS } from "./grant.ts";
import { repositoriesOf } from "./installed.ts";
import { tellInstallation, tellInstalledRepositories } from "./tell-installation.ts";

export interface AppDraft {
  readonly name: string;
  readonly slug: string;
  readonly owner: Account;
  readonly events?: readonly string[] | undefined;
  readonly permissions?: AppPermissions | undefined;
  /** Where its deliveries go; nowhere when left out. */
  readonly url?: string | undefined;
}

export function createApp({ state, announce }: Internals, draft: AppDraft): App {
  const id = state.nextId("app");
  const { slug, owner } = draft;
  const bot: User = {
    kind: "user",
    id: state.nextId("account"),
    login: `${slug}[bot]`,
    email: `${slug}[bot]@users.noreply.${new URL(state.url).hostname}`,
    admin: false,
    app: undefined,
    createdAt: state.now(),
    mustChangePassword: false,
  };
  register(state, bot);
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const app: App = {
    id,
    slug,
    name: draft.name,
    clientId: `Iv23li${randomBytes(7).toString("hex")}`,
    clientSecret: randomBytes(20).toString("hex"),
    owner,
    bot,
    ...keys,
    permissions: draft.permissions ?? USUAL_PERMISSIONS,
    hook: newHook(state, id, draft),
    installations: [],
    createdAt: state.now(),
  };
  bot.app = app;
  state.apps.set(slug.toLowerCase(), app);
  announce({ kind: "hooked", hook: app.hook, to: app, by: firstUser(owner) });
  state.changed();
  return app;
}

export function appOf(state: ForgeState, slug: string): App {
  return found(state.apps.get(slug.toLowerCase()), `App ${slug}`);
}

/** Installs it, or changes for which repositories it is installed. */
export function install(
  internals: Internals,
  app: App,
  account: Account,
  repositories: ReadonlySet<Repository> | "all",
): Installation {
  const { state } = internals;
  const by = firstUser(account);
  const existing = app.installations.find((one) => one.account === account);
  if (existing === undefined) {
    const installation: Installation = {
      id: state.nextId("installation"),
      app,
      account,
      repositories,
      createdAt: state.now(),
      updatedAt: state.now(),
    };
    app.installations.push(installation);
    tellInstallation(internals, installation, "created", by);
    state.changed();
    return installation;
  }
  const before = repositoriesOf(state, existing);
  existing.repositories = repositories;
  existing.updatedAt = state.now();
  const after = repositoriesOf(state, existing);
  tellInstalledRepositories(internals, existing, by, {
    added: after.filter((one) => !before.includes(one)),
    removed: before.filter((one) => !after.includes(one)),
  });
  state.changed();
  return existing;
}

export function uninstall(internals: Internals, app: App, account: Account): void {
  const installation = found(
    app.installations.find((one) => one.account === account),
    `installation of ${app.slug} for ${account.login}`,
  );
  app.installations.splice(app.installations.indexOf(installation), 1);
  tellInstallation(internals, installation, "deleted", firstUser(account));
  internals.state.changed();
}

function newHook(state: ForgeState, appId: number, draft: AppDraft): Hook {
  return {
    id: state.nextId("hook"),
    target: "integration",
    targetId: appId,
    url: draft.url ?? "",
    secret: randomBytes(20).toString("hex"),
    contentType: "json",
    events: new Set(draft.events ?? EVENTS),
    authorization: "",
    active: true,
    createdAt: state.now(),
    updatedAt: state.now(),
  };
}
