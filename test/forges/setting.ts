import type { ForgeSecrets, ForgeSetting } from "../../src/forges/setting.ts";

export const SECRET = "a-webhook-secret-for-tests-only";

/** A Gitea as it would be configured. */
export function giteaSetting(
  told: Partial<Omit<ForgeSetting, "secrets">> & Partial<ForgeSecrets> = {},
): ForgeSetting {
  const { token = "0".repeat(40), app, webhook = [SECRET], permissionToken, ...rest } = told;
  return {
    name: "gitea",
    kind: "gitea",
    url: "https://git.example.org",
    apiUrl: undefined,
    from: "environment",
    accounts: [],
    hooks: [],
    ...rest,
    secrets: { token, app, webhook, permissionToken },
  };
}
