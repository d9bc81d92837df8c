import type { Forge, ReadDelivery } from "../forge/forge.ts";
import { createGitea } from "../forge/gitea.ts";
import { deliveryId as giteaDeliveryId, readGiteaDelivery } from "../forge/gitea/delivery.ts";
import { createGitHub } from "../forge/github.ts";
import { deliveryId as gitHubDeliveryId, readGitHubDelivery } from "../forge/github/delivery.ts";
import type { ForgeSetting } from "./setting.ts";

/** How deliveries of one kind of forge are read. */
export interface DeliveryReader {
  readonly read: ReadDelivery;
  /** What the forge calls the delivery, or undefined when that is missing or unusable. */
  readonly deliveryId: (headers: Headers) => string | undefined;
}

/**
 * The adapter of a configured forge; nothing is asked of it yet. The one place where adapters are made.
 * @param timeoutMs of one call, where it is not the adapter's own
 * @throws KugetsuError `invalid`
 */
export function openForge(setting: ForgeSetting, timeoutMs?: number): Forge {
  const { kind, url, apiUrl, accounts, secrets } = setting;
  const { token = "", app, permissionToken } = secrets;
  const patience = timeoutMs === undefined ? {} : { timeoutMs };
  if (kind === "gitea") return createGitea({ url, token, permissionToken, ...patience });
  const auth =
    app === undefined ? ({ kind: "token", token } as const) : ({ kind: "app", ...app } as const);
  return createGitHub({ url, apiUrl, auth, accounts, ...patience });
}

export function readerOf({ kind }: Pick<ForgeSetting, "kind">): DeliveryReader {
  return kind === "gitea"
    ? { read: readGiteaDelivery, deliveryId: giteaDeliveryId }
    : { read: readGitHubDelivery, deliveryId: gitHubDeliveryId };
}
