import { giteaApi } from "gitea-js";
import { KugetsuError } from "../../kugetsu/errors.ts";
import type { Bot } from "../forge.ts";
import { forgeUrl } from "./address.ts";
import { readBot } from "./answers.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { call, understood } from "./call.ts";
import { field } from "./fields.ts";

type Api = ReturnType<typeof giteaApi>;

export interface AskerOptions {
  /** Address of the server as the bot reaches it; may hold a sub-path. */
  readonly url: string;
  readonly token: string;
  /** Limit of one call, its redirects and its answer's body included. */
  readonly timeoutMs?: number;
  /** What requests go through, for proxies. */
  readonly fetch?: typeof fetch;
}

export interface Account extends Bot {
  /** Whether it is an admin of the whole server. */
  readonly isAdmin: boolean;
}

/** A token at work: what it asks with, and whose it is, which is asked once and remembered. */
export interface Asker {
  readonly api: Api;
  account(): Promise<Account>;
}

/** @throws KugetsuError `invalid` when the URL is not one */
export function createAsker(options: AskerOptions): Asker {
  const { token, timeoutMs = 15_000 } = options;
  const { url } = forgeUrl(options.url);
  const customFetch = boundedFetch(`${url}/api/v1`, timeoutMs, options.fetch);
  const api = giteaApi(url, { token, customFetch });
  let asked: Promise<Account> | undefined;
  return {
    api,
    async account() {
      asked ??= askAccount(api, url);
      try {
        return await asked;
      } catch (error) {
        asked = undefined;
        throw error;
      }
    },
  };
}

/** @throws `unavailable` when the forge does not take the token */
export async function askAccount(api: Api, url: string): Promise<Account> {
  const what = "ask whose token this is";
  const { data } = await call(what, () => api.user.userGetCurrent());
  const bot = understood(what, readBot(data, url));
  return { ...bot, isAdmin: field(data, "is_admin") === true };
}

/** GITEA_PERMISSION_TOKEN at work: of an admin of the whole server, or so it is meant. */
export interface PermissionAsker extends Asker {
  /** Told when the forge does not take the token; at each question. */
  readonly refused: () => void;
}

/**
 * Asks with the permission token. The bot goes on without it where it is refused: that is no answer about anybody, and
 * says nothing of whether the forge takes the bot's own token.
 * @returns undefined when the forge does not take it
 */
export async function askWithPermission<T>(
  asker: PermissionAsker,
  ask: (asker: Asker) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask(asker);
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    if (error.needsOperator || error.code === "forbidden") {
      asker.refused();
      return undefined;
    }
    throw ofPermissionToken(error);
  }
}

/** Says of an error that it is about another token than the bot's: its advice would be taken for the wrong one. */
function ofPermissionToken(error: KugetsuError): KugetsuError {
  const { code, message, cause, retryAfterMs } = error;
  const hint = `Asked with GITEA_PERMISSION_TOKEN, in which "the bot" is whose token that is. ${error.hint ?? ""}`;
  return new KugetsuError(code, message, { cause, hint: hint.trim(), retryAfterMs });
}
