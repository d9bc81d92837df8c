import { forgeUrl } from "../gitea/address.ts";

/** Where a GitHub is, for people and for programs; none with a trailing slash. */
export interface GitHubAddress {
  readonly url: string;
  readonly api: string;
  /** host[:port] of `url`. */
  readonly instance: string;
  /** Whether GitHub runs it and limits how fast may be written. A server of one's own has no such limits by default. */
  readonly isHosted: boolean;
}

/** @throws KugetsuError `invalid` when one of them is no address */
export function gitHubAddress(url: string, apiUrl: string | undefined): GitHubAddress {
  const { url: web, instance } = forgeUrl(url);
  const isHosted = instance === "github.com" || instance.endsWith(".ghe.com");
  const api = apiUrl ?? (isHosted ? `https://api.${instance}` : `${web}/api/v3`);
  return { url: web, api: forgeUrl(api).url, instance, isHosted };
}
