import type { ForgeAdmin } from "../forge/admin.ts";
import type { Forge, ReadDelivery } from "../forge/forge.ts";
import { createGitea } from "../forge/gitea.ts";
import { deliveryId as giteaDeliveryId, readGiteaDelivery } from "../forge/gitea/delivery.ts";
import { giteaAdmin } from "../forge/gitea/hooks.ts";
import { createGitHub } from "../forge/github.ts";
import { deliveryId as gitHubDeliveryId, readGitHubDelivery } from "../forge/github/delivery.ts";
import { gitHubAdmin } from "../forge/github/hooks.ts";
import { convertManifest, type MadeApp } from "../forge/github/manifest.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { ForgeSetting } from "./setting.ts";

/** How deliveries of one kind of forge are read. */
export interface DeliveryReader {
  readonly read: ReadDelivery;
  /** What the forge calls the delivery, or undefined when that is missing or unusable. */
  readonly deliveryId: (headers: Headers) => string | undefined;
}

/** What an adapter tells while it works. */
export interface ForgeOptions {
  /** Limit of one call, where it is not the adapter's own. */
  readonly timeoutMs?: number;
  /** Told what the operator should mend; the same again and again. */
  readonly warn?: (message: string) => void;
  /** Told of each token that a GitHub App gets. */
  readonly learnToken?: (token: string) => void;
}

/**
 * The adapter of a configured forge; nothing is asked of it yet. The one place where adapters are made.
 * @throws KugetsuError `invalid`
 */
export function openForge(setting: ForgeSetting, options: ForgeOptions = {}): Forge {
  const { kind, url, apiUrl, accounts, secrets } = setting;
  const { token = "", app, permissionToken } = secrets;
  if (kind === "gitea") return createGitea({ ...options, url, token, permissionToken });
  const auth =
    app === undefined ? ({ kind: "token", token } as const) : ({ kind: "app", ...app } as const);
  return createGitHub({ ...options, url, apiUrl, auth, accounts });
}

/**
 * What sets up webhooks at a configured forge.
 * @param token of somebody else than the bot
 * @throws KugetsuError `invalid` for a GitHub App, which has one webhook of its own
 */
export function openAdmin(setting: ForgeSetting, token?: string): ForgeAdmin {
  const { kind, url, apiUrl, secrets } = setting;
  const used = token ?? secrets.token;
  if (used === undefined) {
    throw new KugetsuError(
      "invalid",
      `${setting.name} is a GitHub App: it has one webhook, its own.`,
      {
        hint: "Install the App for an account to have it watched, and name the account among those that it serves.",
      },
    );
  }
  return kind === "gitea"
    ? giteaAdmin({ url, token: used })
    : gitHubAdmin({ url, apiUrl, token: used });
}

/** What a GitHub made of a manifest. @throws KugetsuError `not_found` for a code that does not count */
export async function fetchApp(
  at: Pick<ForgeSetting, "url" | "apiUrl">,
  code: string,
): Promise<MadeApp> {
  return convertManifest(at, code);
}

export type { MadeApp };

export function readerOf({ kind }: Pick<ForgeSetting, "kind">): DeliveryReader {
  return kind === "gitea"
    ? { read: readGiteaDelivery, deliveryId: giteaDeliveryId }
    : { read: readGitHubDelivery, deliveryId: gitHubDeliveryId };
}
