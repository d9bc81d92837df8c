import { KugetsuError } from "../../kugetsu/errors.ts";
import { field } from "../gitea/fields.ts";

/** What GitHub asks for where it names no time, in milliseconds. */
const DEFAULT_PAUSE_MS = 60_000;
/** Its limits begin anew each hour. */
const MAX_PAUSE_MS = 60 * 60_000;

/**
 * A `fetch` for what one credential asks. When GitHub limits it, that call and all others until the pause is over end
 * with `unavailable`, without asking: who goes on asking while limited is banned.
 * @param ofOneAccount whether other accounts are asked about with other credentials
 */
export function heedLimits(
  send: typeof fetch,
  now: () => number = Date.now,
  ofOneAccount = false,
): typeof fetch {
  let until = 0;
  return async (input, init) => {
    if (until > now()) throw limited(until - now(), ofOneAccount);
    const response = await send(input, init);
    const pause = await pauseAsked(response, now());
    if (pause === undefined) return response;
    until = Math.max(until, now() + pause);
    throw limited(
      pause,
      ofOneAccount,
      `${response.status} of ${input instanceof Request ? "" : String(input)}`,
    );
  };
}

/** The milliseconds that an answer asks to wait, or undefined where it is no limit. */
async function pauseAsked(response: Response, now: number): Promise<number | undefined> {
  const { status, headers } = response;
  if (status !== 403 && status !== 429 && status !== 422) return undefined;
  const after = headers.get("retry-after");
  if (after !== null && status !== 422) {
    const ms = /^\d{1,9}$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now;
    return bounded(ms);
  }
  if (headers.get("x-ratelimit-remaining") === "0" && status !== 422) {
    // GitHub's clock may be a little behind.
    return bounded(Number(headers.get("x-ratelimit-reset") ?? Number.NaN) * 1000 + 1000 - now);
  }
  return status === 429 || saysSo(await response.clone().text()) ? DEFAULT_PAUSE_MS : undefined;
}

/** The limits that depend on what was done (many comments in a short time) come without a header that tells. */
function saysSo(text: string): boolean {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return false;
  }
  const said = [field(data, "message"), field(data, "documentation_url")].map(String).join(" ");
  if (/secondary rate limit|abuse detection|secondary-rate-limits|#abuse-rate-limits/i.test(said))
    return true;
  return /"was submitted too quickly/.test(JSON.stringify(field(data, "errors") ?? ""));
}

function bounded(ms: number): number {
  return Number.isNaN(ms) ? DEFAULT_PAUSE_MS : Math.min(Math.max(ms, 0), MAX_PAUSE_MS);
}

/** GitHub answers, and wants to be left alone. */
export class Limited extends KugetsuError {}

function limited(retryAfterMs: number, ofOneAccount: boolean, cause?: string): Limited {
  return new Limited("unavailable", "GitHub limits how often it is asked.", {
    cause: cause === undefined ? undefined : new Error(cause),
    hint: "The bot waits as long as GitHub asks. If it happens often, watch fewer repositories or use a GitHub App.",
    retryAfterMs,
    ofOneAccount,
  });
}
