import { createGitea } from "../forge/gitea.ts";
import { type Check, ok, problem, warning } from "./check.ts";

const PATIENCE_MS = 8_000;

export const forge: Check = {
  name: "forge",
  async look({ env, config }) {
    const url = (env["GITEA_URL"] ?? config?.gitea?.url)?.trim();
    const token = env["GITEA_TOKEN"]?.trim();
    if (!url && !token)
      return ok("None is set (GITEA_URL, GITEA_TOKEN): branches stay on this machine.");
    if (!url)
      return problem("GITEA_TOKEN is set, and GITEA_URL is not.", "Set it to the forge's address.");
    if (!token) {
      return warning(
        "GITEA_URL is set, and GITEA_TOKEN is not.",
        "Make a token for the bot's account: write:issue, write:repository, read:user.",
      );
    }
    const gitea = createGitea({ url, token, timeoutMs: PATIENCE_MS });
    const { login } = await gitea.self();
    return ok(`${gitea.url} accepts the token of ${login}.`);
  },
};
