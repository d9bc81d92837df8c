import { KugetsuError } from "../../kugetsu/errors.ts";
import { adviceFor } from "../unreachable.ts";

/** The largest answer that is read: an issue's comments come in one piece, however many they are. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const MAX_REDIRECTS = 3;
const FOLLOWED = new Set([301, 302, 307, 308]);
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * A `fetch` for one API: the whole exchange ends within `timeoutMs`, an answer has a size, and a redirect is followed
 * only inside the API itself (a renamed repository), with method and body kept. Errors are KugetsuError.
 *
 * @param api the API's address without a trailing slash
 */
export function boundedFetch(
  api: string,
  timeoutMs: number,
  send: typeof fetch = fetch,
): typeof fetch {
  return async (input, init) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      let address = input instanceof Request ? input.url : String(input);
      for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
        const response = await send(address, { ...withType(init), redirect: "manual", signal });
        if (!isRedirect(response)) return await readWhole(response);
        await response.body?.cancel();
        const isRead = (init?.method ?? "GET") === "GET";
        address = redirectTarget(api, address, response, isRead);
      }
      throw new KugetsuError("failed", "The forge redirects in a circle.");
    } catch (error) {
      if (error instanceof KugetsuError) throw error;
      throw unreachable(error, signal.aborted ? timeoutMs : undefined);
    }
  };
}

/** 304 says that what was asked for is unchanged. */
function isRedirect({ status }: Response): boolean {
  return status >= 300 && status <= 399 && status !== 304;
}

/** gitea-js names no content type for some of its calls, and Gitea answers a body without one with 422. */
function withType(init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers);
  if (init?.body && !headers.has("content-type")) headers.set("content-type", "application/json");
  // fetch would give a text a type of its own otherwise.
  if (init?.body && headers.get("content-type")?.startsWith("text/plain"))
    headers.set("content-type", "application/json");
  return { ...init, headers };
}

// The token goes along, so only to where it would have gone anyway. fetch's own following would turn a POST into a
// GET on 301 and 302.
function redirectTarget(api: string, from: string, response: Response, isRead: boolean): string {
  const location = response.headers.get("location");
  const target = location === null ? null : URL.parse(location, from);
  const { status } = response;
  // 303 asks for a GET, whatever was sent.
  const isFollowed = FOLLOWED.has(status) || (status === 303 && isRead);
  if (isFollowed && target?.href.startsWith(`${api}/`)) return target.href;
  throw new KugetsuError("failed", "The forge redirects to another address.", {
    cause: new Error(`${status} to ${target?.origin ?? "nowhere"}`),
    hint: "Set the forge's URL to the address that it redirects to, and let the bot's requests reach its API directly.",
  });
}

async function readWhole(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES)
      throw new KugetsuError("failed", "The forge's answer is too large.");
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  return new Response(WITHOUT_BODY.has(status) ? null : Buffer.concat(chunks), {
    status,
    statusText,
    headers,
  });
}

function unreachable(cause: unknown, timeoutMs: number | undefined): KugetsuError {
  const words =
    timeoutMs === undefined
      ? "The forge could not be reached."
      : `The forge did not answer within ${timeoutMs / 1000} s.`;
  return new KugetsuError("unavailable", words, {
    cause,
    hint: [adviceFor(cause), "Check that the forge runs and that its URL is right."]
      .filter((part) => part !== undefined)
      .join(" "),
  });
}
