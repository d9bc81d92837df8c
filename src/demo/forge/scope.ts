/** The parts of the API that a token's scopes speak of. */
export type ScopeCategory = "issue" | "organization" | "repository" | "user";

/** Whether a token with these scopes may do that; `all` may do everything, write includes read. */
export function allows(
  scopes: readonly string[],
  access: "read" | "write",
  category: ScopeCategory,
): boolean {
  return (
    scopes.includes("all") ||
    scopes.includes(`write:${category}`) ||
    (access === "read" && scopes.includes(`read:${category}`))
  );
}

/** Gitea's own words for it. */
export function missingScope(
  scopes: readonly string[],
  access: "read" | "write",
  category: ScopeCategory,
): string {
  return `token does not have at least one of required scope(s), required=[${access}:${category}], token scope=${scopes.join(",")}`;
}
