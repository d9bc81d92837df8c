import { isAbsolute } from "node:path";
import type { Settings } from "./settings.ts";

const MIN_SECRET = 16;

/** Variables that hold a secret of the bot's own. */
const OWN_SECRETS = [
  "GITEA_TOKEN",
  "GITEA_PERMISSION_TOKEN",
  "GITEA_WEBHOOK_SECRET",
  "GITEA_WEBHOOK_SECRET_PREVIOUS",
  "GITHUB_TOKEN",
  "GITHUB_APP_PRIVATE_KEY",
  "GITHUB_WEBHOOK_SECRET",
  "GITHUB_WEBHOOK_SECRET_PREVIOUS",
] as const;

type OwnSecret = (typeof OWN_SECRETS)[number];

/** Those of the bot's own secrets that are set; `valueOf` says what stands under a name. */
export function ownSecrets(valueOf: (name: OwnSecret) => string | undefined): readonly string[] {
  return OWN_SECRETS.flatMap((name) => {
    const value = valueOf(name) ?? "";
    // A key's path is no secret, and errors name it.
    return value === "" || isAbsolute(value.trim()) ? [] : [value];
  });
}

/** A token that is needed; `help` says how to come by one. What is wrong is a problem of the settings. */
export function neededToken(settings: Settings, name: OwnSecret, help: string): string {
  neededSecret(settings, name, help);
  return checkedToken(settings, name) ?? "";
}

/** A token, if it is set. What is wrong is a problem of the settings. */
export function checkedToken(settings: Settings, name: OwnSecret): string | undefined {
  const token = settings.secret(name);
  if (token !== undefined && !isToken(token)) settings.problem(`${name} ${WHY_NO_TOKEN}`);
  return token;
}

/** In words that go on after what the token is called. */
export const WHY_NO_TOKEN =
  "holds white space (perhaps a line break at its end), or characters that no token has.";

/** Whether a token could stand in a header. */
export function isToken(text: string): boolean {
  return !/[^\x21-\x7e]/.test(text);
}

/** The secrets that a delivery may be signed with, the one in force first; one is needed. */
export function webhookSecretsOf(
  settings: Settings,
  name: "GITEA_WEBHOOK_SECRET" | "GITHUB_WEBHOOK_SECRET",
  where: string,
): readonly string[] {
  const help =
    "make one with `openssl rand -hex 32`, and put the same text into the field Secret of the webhook " +
    `(${where}).`;
  const secret = neededSecret(settings, name, help);
  const wrong = secret === "" ? undefined : whyBadSecret(secret);
  if (wrong !== undefined) settings.problem(`${name} ${wrong}: ${help}`);
  // So that a secret can be changed without losing what is delivered meanwhile: no forge tries again.
  const previous = settings.secret(`${name}_PREVIOUS`);
  const wrongBefore = previous === undefined ? undefined : whyBadSecret(previous);
  if (wrongBefore !== undefined)
    settings.problem(
      `${name}_PREVIOUS ${wrongBefore}: take it out as soon as every webhook has the new secret.`,
    );
  return previous === undefined ? [secret] : [secret, previous];
}

/** Why that text cannot be the secret of a webhook, in words that go on after its name; undefined where it can. */
export function whyBadSecret(secret: string): string | undefined {
  if (secret !== secret.trim()) return "begins or ends with white space";
  if (secret.length < MIN_SECRET) return `is shorter than ${MIN_SECRET} characters`;
  return isGuessable(secret) ? "can be guessed" : undefined;
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
