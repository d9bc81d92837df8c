import { openForge } from "../forges/adapter.ts";
import type { ForgeSetting } from "../forges/setting.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { type Check, type Finding, ok, problem, type Subject, warning } from "./check.ts";

const PATIENCE_MS = 8_000;

/** Whether each configured forge answers, and takes the bot's token. */
export const forge: Check = {
  name: "forge",
  async look(subject) {
    const { settings = [], wrong = [] } = (await subject.forges()) ?? {};
    const findings = [
      ...halves(subject),
      ...wrong.map(({ words, advice }) => problem(words, advice)),
      ...(await Promise.all(settings.map(answerOf))),
    ];
    if (findings.length > 0) return findings;
    return ok(
      "None is set (GITEA_URL and GITEA_TOKEN, GITHUB_TOKEN or a GitHub App, `kugetsu forge add`): branches stay on this machine.",
    );
  },
};

/** What of the environment's Gitea is there without the rest of it. */
function halves({ env, config }: Subject): readonly Finding[] {
  if (config === undefined || config.forges.some(({ kind }) => kind === "gitea")) return [];
  const url = env["GITEA_URL"]?.trim() || config.secrets.file.values.get("GITEA_URL")?.value;
  const token = env["GITEA_TOKEN"]?.trim();
  if (token)
    return [problem("GITEA_TOKEN is set, and GITEA_URL is not.", "Set it to the forge's address.")];
  if (!url) return [];
  return [
    warning(
      "GITEA_URL is set, and GITEA_TOKEN is not.",
      "Make a token for the bot's account: write:issue, write:repository, read:user.",
    ),
  ];
}

/** One forge that does not answer must not hide the others. */
async function answerOf(setting: ForgeSetting): Promise<Finding> {
  try {
    const { login } = await openForge(setting, PATIENCE_MS).self();
    return ok(
      `${setting.url} accepts the ${setting.secrets.app === undefined ? "token" : "key"} of ${login}.`,
    );
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    return problem(`${setting.url}: ${error.message}`, error.hint);
  }
}
