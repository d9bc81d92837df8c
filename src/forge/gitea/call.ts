import { type ErrorCode, KugetsuError } from "../../kugetsu/errors.ts";
import { field } from "./fields.ts";

/** What the forge said. `data` is whatever it sent as JSON, null where that was not JSON: nothing in it is checked. */
export interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Headers;
}

/** Longest pause that a forge may ask for, in milliseconds. */
const MAX_RETRY_AFTER = 60 * 60 * 1000;
/** Pause after a refused token, in milliseconds: somebody may just be putting a new one in its place. */
const LOCKED_OUT_MS = 60 * 1000;
const MUST_CHANGE_PASSWORD = /must change your password/i;

/**
 * Makes one call through gitea-js, which throws the Response of every refusal.
 *
 * @param what what is done, for the error: "read the issue"
 * @param expected refusals that are an answer for the caller, not an error
 * @throws KugetsuError with the codes of the Forge interface
 */
export async function call(
  what: string,
  send: () => Promise<Response & { data: unknown }>,
  expected: readonly number[] = [],
): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Response)) throw error;
    if (expected.includes(error.status) && !isLockedOut(error)) {
      return { status: error.status, data: null, headers: error.headers };
    }
    throw refusal(what, error);
  }
}

/**
 * What a reader made of an answer.
 * @throws KugetsuError `unavailable` when it made nothing of it
 */
export function understood<T>(what: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new KugetsuError(
    "unavailable",
    `Could not ${what}: the forge's answer was not understood.`,
    {
      hint: "Check that the URL is the forge's own and that nothing in front of it answers in its place.",
    },
  );
}

function refusal(what: string, response: Response): KugetsuError {
  const { status } = response;
  const said = saidBy(response);
  const lockedOut = isLockedOut(response);
  const code = lockedOut ? "unavailable" : codeOf(status);
  return new KugetsuError(code, `Could not ${what}: the forge answered ${status}.`, {
    cause: new Error(`${status} ${said === "" ? "without a message" : said}`),
    hint: hintFor(status, said),
    retryAfterMs: lockedOut ? LOCKED_OUT_MS : retryAfter(response.headers.get("retry-after")),
    needsOperator: lockedOut,
  });
}

/** Whether the bot's account as such is refused: nothing was decided about what it asked. */
function isLockedOut(response: Response): boolean {
  if (response.status === 401) return true;
  return response.status === 403 && MUST_CHANGE_PASSWORD.test(saidBy(response));
}

function codeOf(status: number): ErrorCode {
  // 423: the repository is archived. Somebody may open it again, by hand and some day: nothing to wait for.
  if (status === 403 || status === 423) return "forbidden";
  if (status === 404) return "not_found";
  if (status === 409) return "conflict";
  if (status === 408 || status === 425 || status === 429 || status >= 500) return "unavailable";
  return "failed";
}

// The status decides; the forge's words only choose what is advised.
function hintFor(status: number, said: string): string | undefined {
  switch (status) {
    case 401:
      return "The forge does not accept the bot's token: it is wrong, expired, or of another server.";
    case 403: {
      if (MUST_CHANGE_PASSWORD.test(said)) {
        return "The bot's account must change its password first: take the flag off with `gitea admin user must-change-password --unset NAME`.";
      }
      const scope = /required=\[([a-z:,_ ]{1,100})\]/.exec(said)?.[1];
      if (scope !== undefined) return `The bot's token lacks the scope ${scope}.`;
      return "The bot's account may not do this.";
    }
    case 423:
      return "The repository is archived.";
    case 429:
      return "The forge limits how often it is asked.";
    default:
      return undefined;
  }
}

/** The forge's own words, on one line and short: for hints and the log, never for a comment. */
function saidBy(response: Response): string {
  // gitea-js leaves the parsed body here.
  const message = "error" in response ? field(response.error, "message") : undefined;
  return typeof message === "string" ? message.replaceAll(/[^\x20-\x7e]+/g, " ").slice(0, 300) : "";
}

function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER);
}
