import { randomBytes } from "node:crypto";
import type { Bot } from "../../forge/forge.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { redacted } from "../../redacted.ts";
import { openAdmin, openForge } from "../adapter.ts";
import { type ForgeSetting, instanceOf } from "../setting.ts";
import { isForgeName } from "../stored.ts";
import { type LoadedForges, variablesOf } from "./load.ts";

/** A new secret for webhooks. */
export function newSecret(): string {
  return randomBytes(32).toString("hex");
}

/** The setting of a forge that is to be stored: what is not told of it stays as an earlier one had it. */
export function settingOf(
  place: Pick<ForgeSetting, "name" | "kind" | "url" | "apiUrl">,
  credentials: Pick<ForgeSetting["secrets"], "token" | "app">,
  earlier: ForgeSetting | undefined,
  told: { readonly accounts?: readonly string[]; readonly webhook?: readonly string[] } = {},
): ForgeSetting {
  const kept = earlier?.secrets.webhook ?? [];
  return {
    ...place,
    from: "file",
    accounts: told.accounts ?? [],
    hooks: [],
    secrets: redacted({
      ...credentials,
      webhook: told.webhook ?? (kept.length > 0 ? kept : [newSecret()]),
      permissionToken: place.kind === "gitea" ? earlier?.secrets.permissionToken : undefined,
    }),
  };
}

/**
 * What a new forge is called, and which stored one it replaces.
 * @throws KugetsuError `conflict` for a forge or a name that is there already, `invalid` for a name that is none
 */
export function placeFor(
  { forges }: Pick<LoadedForges, "forges">,
  found: Pick<ForgeSetting, "kind" | "url">,
  { name, replace }: { readonly name: string | undefined; readonly replace: boolean },
): { readonly name: string; readonly earlier: ForgeSetting | undefined } {
  if (name !== undefined && !isForgeName(name))
    throw new KugetsuError(
      "invalid",
      "A forge's name is up to 31 of a-z, 0-9 and -, not with - in front.",
    );
  const instance = instanceOf(found);
  const same = forges.find((forge) => instanceOf(forge) === instance);
  if (same === undefined) {
    if (name !== undefined && forges.some((forge) => forge.name === name))
      throw new KugetsuError("conflict", `Another forge is called ${name} already.`, {
        hint: "Give this one another name with --name.",
      });
    return { name: name ?? proposeName(found, forges), earlier: undefined };
  }
  if (same.from === "environment") {
    throw new KugetsuError(
      "conflict",
      `${instance} is the forge ${same.name} of the environment.`,
      {
        hint: `It is configured by ${variablesOf(same)}; nothing has to be added.`,
      },
    );
  }
  if (!replace) {
    throw new KugetsuError("conflict", `${instance} is the forge ${same.name} already.`, {
      hint: "--replace stores the new token in the place of the old one; its webhooks stay.",
    });
  }
  if (name !== undefined && name !== same.name)
    throw new KugetsuError("conflict", `${instance} is called ${same.name}, and keeps that name.`);
  return { name: same.name, earlier: same };
}

/** Whose token it is. @throws KugetsuError where it is not taken, or may not do what the bot has to */
export async function tryOut(setting: ForgeSetting): Promise<Bot> {
  const bot = await openForge(setting).self();
  if (setting.secrets.app !== undefined) return bot;
  const missing = (await openAdmin(setting).lacks()) ?? [];
  if (missing.length === 0) return bot;
  throw new KugetsuError("forbidden", `The token lacks ${missing.join(" and ")}.`, {
    hint: `Make one with ${scopesFor(setting.kind)}.`,
  });
}

export function scopesFor(kind: ForgeSetting["kind"]): string {
  return kind === "gitea"
    ? "the scopes write:issue, write:repository and read:user (for an organisation's webhook write:organization too)"
    : "the scope repo, or, fine-grained, with Contents, Issues and Pull requests to read and write (Webhooks too for `forge watch`)";
}

function proposeName(
  { kind, url }: Pick<ForgeSetting, "kind" | "url">,
  forges: readonly ForgeSetting[],
): string {
  const host = new URL(url).host
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 27);
  const wanted = kind === "github" && host === "github-com" ? "github" : host || kind;
  const names = [wanted, ...Array.from({ length: 99 }, (_, index) => `${wanted}-${index + 2}`)];
  return names.find((name) => forges.every((forge) => forge.name !== name)) ?? wanted;
}
