import { createHash } from "node:crypto";
import { timestamp } from "../clock.ts";
import type { Account, User } from "../records.ts";
import type { ForgeState } from "../state.ts";
import type { Json } from "./go.ts";

/** As `viewer` sees it: the person itself and a site admin see more; nobody in particular sees no real address. */
export function userJson(state: ForgeState, account: Account, viewer: User | undefined): Json {
  const whole =
    viewer !== undefined && account.kind === "user" && (viewer === account || viewer.admin);
  return {
    id: account.id,
    login: account.login,
    login_name: "",
    source_id: 0,
    full_name: "",
    email: email(state, account, viewer),
    avatar_url: `${state.url}/avatars/${createHash("md5").update(account.login).digest("hex")}`,
    html_url: `${state.url}/${account.login}`,
    language: "",
    is_admin: whole && account.admin,
    last_login: whole ? "1970-01-01T00:00:00Z" : "0001-01-01T00:00:00Z",
    created: timestamp(account.createdAt),
    restricted: false,
    active: whole,
    prohibit_login: false,
    location: "",
    website: "",
    description: "",
    visibility: "public",
    followers_count: 0,
    following_count: 0,
    starred_repos_count: 0,
    username: account.login,
  };
}

function email(state: ForgeState, account: Account, viewer: User | undefined): string {
  if (account.kind === "organization") return "";
  return viewer === undefined
    ? `${account.login}@noreply.${new URL(state.url).hostname}`
    : account.email;
}
