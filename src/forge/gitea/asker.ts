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

/** Says of an error that it is about another token than the bot's: its advice would be taken for the wrong one. */
export function ofPermissionToken(error: unknown): unknown {
  if (!(error instanceof KugetsuError)) return error;
  const { code, message, cause, retryAfterMs, needsOperator } = error;
  const hint = `Asked with GITEA_PERMISSION_TOKEN, in which "the bot" is whose token that is. ${error.hint ?? ""}`;
  return new KugetsuError(code, message, { cause, hint: hint.trim(), retryAfterMs, needsOperator });
}
