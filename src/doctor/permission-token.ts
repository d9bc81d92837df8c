import { createAsker } from "../forge/gitea/asker.ts";
import type { ForgeSetting } from "../forges/setting.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { type Check, type Finding, ok, problem, warning } from "./check.ts";

const PATIENCE_MS = 8_000;

/** The permission token of each Gitea that has one: only an admin of the whole server is told everybody's rights. */
export const permissionToken: Check = {
  name: "permission token",
  async look(subject) {
    const { settings = [] } = (await subject.forges()) ?? {};
    return (await Promise.all(settings.map(findingOf))).flat();
  },
};

async function findingOf({ url, from, secrets }: ForgeSetting): Promise<readonly Finding[]> {
  const token = secrets.permissionToken;
  if (token === undefined) return [];
  try {
    const asker = createAsker({ url, token, timeoutMs: PATIENCE_MS });
    const { login, isAdmin } = await asker.account();
    if (isAdmin) return [ok(`${login} is an admin of the whole server.`)];
    const what =
      from === "environment" ? "GITEA_PERMISSION_TOKEN" : `The permission token for ${url}`;
    return [
      warning(
        `${what} is of ${login}, who is no admin of the whole server.`,
        "Make it a token of one, with the scopes read:repository, read:organization and read:user; or take it out.",
      ),
    ];
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    return [problem(`${url}: ${error.message}`, error.hint)];
  }
}
