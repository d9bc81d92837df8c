import { randomBytes } from "node:crypto";
import type { Internals } from "./internals.ts";
import type { Account, Hook, Organization, Team, User } from "./records.ts";
import type { NewHook, NewOrganization, NewTeam, NewUser, UserWithToken } from "./sandbox.ts";
import { found, type ForgeState } from "./state.ts";
import { createHook } from "./hooks.ts";

const UNITS = [
  "repo.actions",
  "repo.code",
  "repo.ext_issues",
  "repo.ext_wiki",
  "repo.issues",
  "repo.packages",
  "repo.projects",
  "repo.pulls",
  "repo.releases",
  "repo.wiki",
];

export function addUser({ state }: Internals, login: string, options: NewUser = {}): UserWithToken {
  const user: User = {
    kind: "user",
    id: state.nextId("account"),
    login,
    email: options.email ?? `${login}@example.org`,
    admin: options.admin ?? false,
    app: undefined,
    createdAt: state.now(),
    mustChangePassword: options.mustChangePassword ?? false,
  };
  register(state, user);
  return { id: user.id, login, email: user.email, token: addToken(state, user, ["all"]) };
}

export function addToken(state: ForgeState, user: User, scopes: readonly string[]): string {
  const hex = randomBytes(20).toString("hex");
  const token = state.face === "github" ? `ghp_${hex.slice(4)}` : hex;
  state.tokens.set(token, { user, scopes });
  return token;
}

export function addOrganization(
  { state }: Internals,
  name: string,
  options: NewOrganization,
): Organization {
  const organization: Organization = {
    kind: "organization",
    id: state.nextId("account"),
    login: name,
    createdAt: state.now(),
    baseAccess: options.baseAccess ?? "none",
    teams: [],
    hooks: [],
  };
  const owners = options.owners.map((login) => state.user(login));
  register(state, organization);
  organization.teams.push({
    id: state.nextId("team"),
    name: "Owners",
    permission: "owner",
    unitsMap: new Map(UNITS.map((unit) => [unit, "owner"] as const)),
    members: new Set(owners),
    repositories: "all",
  });
  return organization;
}

export function addTeam({ state }: Internals, organization: Organization, draft: NewTeam): Team {
  const permission = draft.permission ?? "none";
  const team: Team = {
    id: state.nextId("team"),
    name: draft.name,
    permission,
    unitsMap: new Map(
      permission === "none"
        ? Object.entries(draft.unitsMap ?? {})
        : UNITS.map((unit) => [unit, permission] as const),
    ),
    members: new Set((draft.members ?? []).map((login) => state.user(login))),
    repositories:
      draft.repositories === undefined
        ? "all"
        : new Set(draft.repositories.map((name) => name.toLowerCase())),
  };
  organization.teams.push(team);
  state.changed();
  return team;
}

export function addOrganizationHook(
  internals: Internals,
  organization: Organization,
  draft: NewHook,
): Hook {
  const hook = createHook(internals.state, { kind: "organization", id: organization.id }, draft);
  organization.hooks.push(hook);
  internals.announce({ kind: "hooked", hook, to: organization, by: firstUser(organization) });
  return hook;
}

/** Who acts for an account: the person itself, or an organization's first owner. */
export function firstUser(account: Account): User {
  if (account.kind === "user") return account;
  const [owner] = account.teams[0]?.members ?? [];
  return found(owner, `owner of ${account.login}`);
}

export function register(state: ForgeState, account: Account): void {
  const key = account.login.toLowerCase();
  if (state.accounts.has(key))
    throw new Error(`The sandbox forge has an account ${account.login} already.`);
  state.accounts.set(key, account);
  state.changed();
}
