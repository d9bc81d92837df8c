import { createAsker } from "../forge/gitea/asker.ts";
import { type Check, ok, warning } from "./check.ts";

const PATIENCE_MS = 8_000;

/** GITEA_PERMISSION_TOKEN, where it is set: only an admin of the whole server is told everybody's rights. */
export const permissionToken: Check = {
  name: "permission token",
  async look({ env, config }) {
    const url = (env["GITEA_URL"] ?? config?.gitea?.url)?.trim();
    const token = env["GITEA_PERMISSION_TOKEN"]?.trim();
    if (!url || !token) return [];
    const asker = createAsker({ url, token, timeoutMs: PATIENCE_MS });
    const { login, isAdmin } = await asker.account();
    return isAdmin
      ? ok(`${login} is an admin of the whole server.`)
      : warning(
          `GITEA_PERMISSION_TOKEN is of ${login}, who is no admin of the whole server.`,
          "Make it a token of one, with the scopes read:repository, read:organization and read:user; or take it out.",
        );
  },
};
