import type { Repository, Token } from "../records.ts";

/** A permission of a GitHub App, as far as the sandbox asks for them. */
export type Permission =
  | "metadata"
  | "contents"
  | "issues"
  | "pull_requests"
  | "repository_hooks"
  | "organization_hooks";

/** What of GitHub's default permissions a working bot needs. */
export const USUAL_PERMISSIONS = {
  contents: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
} as const;

/** Whether the token itself reaches that far, whatever its user may do. */
export function mayUse(
  token: Token,
  repository: Pick<Repository, "private"> | undefined,
  permission: Permission,
  access: "read" | "write",
): boolean {
  if (token.installation !== undefined) {
    const granted = token.installation.permissions[permission];
    return granted === "write" || (granted === "read" && access === "read");
  }
  const { scopes } = token;
  if (scopes.includes("all") || scopes.includes("repo")) return true;
  const isPublic = repository?.private === false;
  if (permission === "repository_hooks") return scopes.includes("admin:repo_hook");
  if (permission === "organization_hooks") return scopes.includes("admin:org_hook");
  return isPublic && (access === "read" || scopes.includes("public_repo"));
}
