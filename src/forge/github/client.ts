import { randomUUID } from "node:crypto";
import { Octokit } from "octokit";
import { boundedFetch } from "../gitea/bounded-fetch.ts";
import type { GitHubAddress } from "./address.ts";
import { heedLimits } from "./limits.ts";

export interface ClientOptions {
  readonly address: GitHubAddress;
  /** Limit of one exchange; what waits for its turn to write is not counted. */
  readonly timeoutMs: number;
  readonly fetch: typeof fetch | undefined;
  readonly now: () => number;
  /** Whether writes come one after the other, a second apart, and what notifies people three. */
  readonly paced: boolean;
}

/** The description of the API that is spoken; without it, GitHub may answer by a later one. */
const API_VERSION = "2022-11-28";

const silent = () => {};
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };
const never = () => false;

/**
 * octokit's class for one credential: bounded, paced, and silent on the console. It repeats nothing by itself, since a
 * creating call that failed may have created, and who calls knows what may be asked twice.
 *
 * @param ofOneAccount whether the credential is for one account, and there are others
 */
export function clientClass(
  options: ClientOptions,
  { ofOneAccount = false }: { readonly ofOneAccount?: boolean } = {},
): typeof Octokit {
  const { address, now, paced } = options;
  const bounded = boundedFetch(address.api, options.timeoutMs, options.fetch);
  const send: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("x-github-api-version", API_VERSION);
    return bounded(input, { ...init, headers });
  };
  return Octokit.defaults({
    baseUrl: address.api,
    userAgent: "kugetsu",
    log: SILENT,
    request: { fetch: heedLimits(send, now, ofOneAccount), log: SILENT },
    retry: { enabled: false },
    throttle: {
      enabled: paced,
      // The plugin's queues are the process' own: each credential waits for nobody else.
      id: randomUUID(),
      onRateLimit: never,
      onSecondaryRateLimit: never,
    },
  });
}
