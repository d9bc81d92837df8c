import type { Token } from "./records.ts";
import type { ForgeState } from "./state.ts";

/** Whose token a request carries: nothing, one that is not known, or a good one. */
export function tokenOf(
  state: ForgeState,
  authorization: string | undefined,
): Token | "bad" | undefined {
  if (authorization === undefined) return undefined;
  const [scheme = "", credential = ""] = authorization.split(/\s+/);
  switch (scheme.toLowerCase()) {
    case "token":
    case "bearer":
      return state.tokens.get(credential) ?? "bad";
    case "basic": {
      const [user = "", ...rest] = Buffer.from(credential, "base64").toString().split(":");
      // Gitea takes a token as the password of any user, or as the user.
      return state.tokens.get(rest.join(":")) ?? state.tokens.get(user) ?? "bad";
    }
    default:
      return "bad";
  }
}
