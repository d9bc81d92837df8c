import { createHash } from "node:crypto";
import { timestamp } from "../../clock.ts";
import type { Account, Organization, User } from "../../records.ts";
import type { ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { nodeId } from "./node-id.ts";

/** The short form, in which people, bots and organizations stand everywhere. */
export function userJson(state: ForgeState, account: Account) {
  const { login } = account;
  const page = `${state.url}/${account.kind === "user" && account.app !== undefined ? `apps/${account.app.slug}` : login}`;
  const url = `${state.url}/api/v3/users/${encodeURIComponent(login)}`;
  return {
    login,
    id: account.id,
    node_id: nodeId("U", account.id),
    avatar_url: `${state.url}/avatars/${createHash("md5").update(login).digest("hex")}`,
    gravatar_id: "",
    url,
    html_url: page,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: typeOf(account),
    user_view_type: "public",
    site_admin: account.kind === "user" && account.admin,
  } satisfies Schemas["simple-user"];
}

/** As `GET /users/LOGIN` and `GET /user` show them. */
export function publicUserJson(state: ForgeState, account: Account) {
  return {
    ...userJson(state, account),
    name: null,
    company: null,
    blog: "",
    location: null,
    // Nobody shows an address without having chosen to.
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: [...state.repositories.values()].filter(
      (one) => one.owner === account && !one.private,
    ).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: timestamp(account.createdAt),
    updated_at: timestamp(account.createdAt),
  } satisfies Schemas["public-user"];
}

export function ownUserJson(state: ForgeState, user: User) {
  return {
    ...publicUserJson(state, user),
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  } satisfies Schemas["private-user"];
}

export function organizationJson(state: ForgeState, organization: Organization) {
  const { login, id } = organization;
  const url = `${state.url}/api/v3/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId("O", id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: userJson(state, organization).avatar_url,
    description: null,
  } satisfies Schemas["organization-simple-webhooks"];
}

/** As `GET /orgs/ORG` shows it. */
export function organizationFullJson(state: ForgeState, organization: Organization) {
  return {
    ...organizationJson(state, organization),
    html_url: `${state.url}/${organization.login}`,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: "Organization",
    created_at: timestamp(organization.createdAt),
    updated_at: timestamp(organization.createdAt),
    archived_at: null,
  } satisfies Schemas["organization-full"];
}

function typeOf(account: Account): "Bot" | "Organization" | "User" {
  if (account.kind === "organization") return "Organization";
  return account.app === undefined ? "User" : "Bot";
}
