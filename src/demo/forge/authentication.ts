import type { Token } from "./records.ts";
import type { ForgeState } from "./state.ts";

/** Whose token a request carries: nothing, one that is not known, or a good one. */
export function tokenOf(
  state: ForgeState,
  authorization: string | undefined,
): Token | "bad" | undefined {
  if (authorization === undefined) return undefined;
  const find = (secret: string) => {
    const token = state.tokens.get(secret);
    const grant = token?.installation;
    if (grant === undefined) return token;
    const { app } = grant.installation;
    const isGood = state.now() < grant.expiresAt && app.installations.includes(grant.installation);
    return isGood ? token : undefined;
  };
  const [scheme = "", credential = ""] = authorization.split(/\s+/);
  switch (scheme.toLowerCase()) {
    case "token":
    case "bearer":
      return find(credential) ?? "bad";
    case "basic": {
      const [user = "", ...rest] = Buffer.from(credential, "base64").toString().split(":");
      // Either forge takes a token as the password of any user; Gitea also as the user.
      return find(rest.join(":")) ?? find(user) ?? "bad";
    }
    default:
      return "bad";
  }
}
