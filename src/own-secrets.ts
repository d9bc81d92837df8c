import type { Settings } from "./settings.ts";

const MIN_SECRET = 16;

/** Those of the bot's own secrets that are set. */
export function ownSecrets(settings: Settings): readonly string[] {
  return [
    "GITEA_TOKEN",
    "GITEA_PERMISSION_TOKEN",
    "GITEA_WEBHOOK_SECRET",
    "GITEA_WEBHOOK_SECRET_PREVIOUS",
  ]
    .map((name) => settings.secret(name))
    .filter((secret) => secret !== undefined);
}

/** GITEA_TOKEN, which a server needs. */
export function tokenOf(settings: Settings): string {
  const help =
    "an access token of the bot's account, with the scopes write:issue, write:repository and read:user.";
  const token = neededSecret(settings, "GITEA_TOKEN", help);
  checkToken(settings, "GITEA_TOKEN", token);
  return token;
}

/** GITEA_PERMISSION_TOKEN: of an admin of the whole server; used for the questions about people's rights alone. */
export function permissionTokenOf(settings: Settings): string | undefined {
  const name = "GITEA_PERMISSION_TOKEN";
  const token = settings.secret(name);
  if (token !== undefined) checkToken(settings, name, token);
  return token;
}

function checkToken(settings: Settings, name: string, token: string): void {
  if (/[^\x21-\x7e]/.test(token))
    settings.problem(`${name} holds white space, or characters that no token has.`);
}

/** The secrets that a delivery may be signed with, the one in force first. */
export function webhookSecretsOf(settings: Settings): string[] {
  const name = "GITEA_WEBHOOK_SECRET";
  const help =
    "make one with `openssl rand -hex 32`, and put the same text into the field Secret of the webhook " +
    "(in Gitea: Settings, Webhooks, of the repository or the organisation).";
  const secrets = [neededSecret(settings, name, help)];
  // So that a secret can be changed without losing what is delivered meanwhile: no forge tries again.
  const previous = settings.secret(`${name}_PREVIOUS`);
  if (previous !== undefined) secrets.push(previous);
  for (const secret of secrets) {
    if (secret === "") continue;
    if (secret !== secret.trim()) settings.problem(`${name} begins or ends with white space.`);
    if (secret.length < MIN_SECRET)
      settings.problem(`${name} is shorter than ${MIN_SECRET} characters: ${help}`);
    else if (isGuessable(secret)) settings.problem(`${name} can be guessed: ${help}`);
  }
  return secrets;
}

function neededSecret(settings: Settings, name: string, help: string): string {
  const secret = settings.secret(name);
  if (secret === undefined) settings.problem(`${name} is not set: ${help}`);
  return secret ?? "";
}

function isGuessable(secret: string): boolean {
  return (
    new Set(secret).size < 6 || /change.?me|replace.?me|your.{0,20}secret|placeholder/i.test(secret)
  );
}
