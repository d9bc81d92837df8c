/** Before everything else: says what is missing. */
export function setup(): void {
  const missing = ["GITEA_URL", "GITEA_ADMIN_TOKEN"].filter((name) => !process.env[name]);
  if (missing.length === 0) return;
  throw new Error(
    `Set ${missing.join(" and ")}: the address of a Gitea or Forgejo to try this on, and a token of an admin of it ` +
      "with every scope. docs/testing.md says how to start one.",
  );
}
