import { nearest } from "../cli/nearest.ts";
import type { ConfigFile } from "../kugetsu/config-file/read.ts";
import { PROVIDER_KEYS } from "../kugetsu/env/provider-keys.ts";
import { isForgeCredential } from "../kugetsu/env/withheld.ts";
import type { FileWarning } from "../settings.ts";

const WHEREVER_SECRET = /KEY|TOKEN|SECRET|PASS|CREDENTIAL/i;

/** What to say of the names in a config file that are no settings; their values are never quoted. */
export function strangers(
  { values }: Pick<ConfigFile, "values">,
  known: readonly string[],
): FileWarning[] {
  return [...values]
    .filter(([name]) => !isSetting(name, known))
    .map(([name, { line }]) => ({ line, words: whatItIs(name, known) }));
}

function isSetting(name: string, known: readonly string[]): boolean {
  return known.includes(name) && name !== "KUGETSU_HOME";
}

function whatItIs(name: string, known: readonly string[]): string {
  const shown = name.slice(0, 60);
  if (name === "KUGETSU_HOME")
    return "KUGETSU_HOME means nothing here, since this file lies in it. Set it in the environment.";
  if (isSecret(name)) return secretWords(shown);
  const meant = nearest(name.slice(0, 100), known);
  if (meant !== undefined) return `${shown} is no setting. Did you mean ${meant}?`;
  if (WHEREVER_SECRET.test(name)) return secretWords(shown);
  return `${shown} is no setting. \`kugetsu config\` shows all; variables for agents: \`kugetsu env set\`.`;
}

function isSecret(name: string): boolean {
  return /WEBHOOK_SECRET/.test(name) || isForgeCredential(name) || PROVIDER_KEYS.includes(name);
}

function secretWords(name: string): string {
  const command = `kugetsu env set ${name}${isForgeCredential(name) ? " - pm-agent" : ""}`;
  return `${name} is a secret, and not read from this file. Take it out: it belongs into the environment of \`kugetsu serve\`, or for agents into \`${command}\`.`;
}
