import type { Forge, ReadDelivery } from "../forge/forge.ts";
import { createGitea } from "../forge/gitea.ts";
import { deliveryId, readGiteaDelivery } from "../forge/gitea/delivery.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
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
  const { kind, url, secrets } = setting;
  const { token = "", permissionToken } = secrets;
  const patience = timeoutMs === undefined ? {} : { timeoutMs };
  if (kind === "gitea") return createGitea({ url, token, permissionToken, ...patience });
  throw new KugetsuError("invalid", "GitHub cannot be used by this version.");
}

export function readerOf({ kind }: Pick<ForgeSetting, "kind">): DeliveryReader {
  if (kind === "gitea") return { read: readGiteaDelivery, deliveryId };
  return { read: () => undefined, deliveryId };
}
