/**
 * The server that somebody points the tests at: GITEA_URL, without a trailing slash, and the token of an admin of it,
 * GITEA_ADMIN_TOKEN, or else GITEA_TOKEN. Empty where it is not set.
 */
export function serverUnderTest(): { readonly url: string; readonly token: string } {
  const { GITEA_URL, GITEA_ADMIN_TOKEN, GITEA_TOKEN } = process.env;
  return {
    url: (GITEA_URL ?? "").replace(/\/+$/, ""),
    token: (GITEA_ADMIN_TOKEN || GITEA_TOKEN) ?? "",
  };
}
