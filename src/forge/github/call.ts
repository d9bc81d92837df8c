import { RequestError } from "octokit";
import { type ErrorCode, KugetsuError } from "../../kugetsu/errors.ts";
import { field } from "../gitea/fields.ts";

type Said = Readonly<Record<string, string | number | undefined>>;

/** What GitHub said. Nothing in `data` is checked. */
export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Said;
}

/** Pause after a refused token, in milliseconds: somebody may just be putting a new one in its place. */
const LOCKED_OUT_MS = 60_000;
const MAX_RETRY_AFTER = 60 * 60_000;

/**
 * Makes one call through octokit.
 *
 * @param what what is done, for the error: "read the issue"
 * @param expected refusals that are an answer for the caller, not an error
 * @throws KugetsuError with the codes of the Forge interface
 */
export async function call(
  what: string,
  send: () => Promise<Answer>,
  expected: readonly number[] = [],
): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // octokit wraps whatever its fetch throws.
    if (error.cause instanceof KugetsuError) throw error.cause;
    const { response } = error;
    if (response === undefined) {
      throw new KugetsuError("failed", `Could not ${what}.`, { cause: error.cause });
    }
    const { status, data, headers } = response;
    if (expected.includes(status)) return { status, data, headers };
    throw refusal(what, { status, data, headers });
  }
}

function refusal(what: string, { status, data, headers }: Answer): KugetsuError {
  const lockedOut = status === 401;
  return new KugetsuError(codeOf(status), `Could not ${what}: the forge answered ${status}.`, {
    cause: new Error(`${status} ${saidBy(data)}`),
    hint: hintFor(status, headers),
    retryAfterMs: lockedOut ? LOCKED_OUT_MS : retryAfter(headers["retry-after"]),
    needsOperator: lockedOut,
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 403) return "forbidden";
  // 410: deleted, or a repository without issues.
  if (status === 404 || status === 410) return "not_found";
  if (status === 409) return "conflict";
  if (status === 401 || status === 408 || status === 425 || status === 429 || status >= 500)
    return "unavailable";
  return "failed";
}

function hintFor(status: number, headers: Said): string | undefined {
  switch (status) {
    case 401:
      return "GitHub does not accept the bot's credentials: the token is wrong or expired, or the App's id and private key do not belong together.";
    case 403:
    case 404:
      return lackOf(headers) ?? (status === 403 ? "The bot's account may not do this." : undefined);
    case 410:
      return "It was deleted, or the repository has no issues.";
    default:
      return undefined;
  }
}

/** GitHub says what a call needs, and of a classic token what it has. */
function lackOf(headers: Said): string | undefined {
  const has = scopes(headers["x-oauth-scopes"]);
  const needs = scopes(headers["x-accepted-oauth-scopes"]);
  if (has !== undefined && needs !== undefined && needs.length > 0) {
    if (needs.some((scope) => has.includes(scope))) return undefined;
    return `The bot's token lacks one of these scopes: ${needs.join(", ")}.`;
  }
  const permissions = headers["x-accepted-github-permissions"];
  return typeof permissions === "string" && /^[a-z_=;, ]{1,200}$/.test(permissions)
    ? `The bot's token or App may need a further permission here: ${permissions}.`
    : undefined;
}

function scopes(header: string | number | undefined): string[] | undefined {
  if (typeof header !== "string" || !/^[a-z_:, ]{0,300}$/.test(header)) return undefined;
  return header.split(/,\s*/).filter((scope) => scope !== "");
}

/** GitHub's own words, on one line and short: for the log, never for a comment. */
function saidBy(data: unknown): string {
  const message = field(data, "message");
  const errors = field(data, "errors");
  const all = [message, errors === undefined ? undefined : JSON.stringify(errors)]
    .filter((part) => typeof part === "string")
    .join(" ");
  return all === "" ? "without a message" : all.replaceAll(/[^\x20-\x7e]+/g, " ").slice(0, 300);
}

function retryAfter(header: string | number | undefined): number | undefined {
  if (header === undefined) return undefined;
  const text = String(header);
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER);
}
