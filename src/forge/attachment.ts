/** The largest file that is read. */
const MAX_BYTES = 5 * 1024 * 1024;
const MAX_REDIRECTS = 3;

export interface AttachmentOptions {
  /** Limit of the whole exchange. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch | undefined;
  /** Sent to the first address alone, never to where that redirects to. */
  readonly authorization?: string | undefined;
  /** Whether a redirect there is followed. */
  readonly follows: (address: URL) => boolean;
}

/** Why a file could not be had. `hidden`: it is not there, or not for the bot to see. */
export type Unread = "hidden" | "too_large" | "elsewhere" | "unavailable";

export type Attachment =
  | { readonly kind: "read"; readonly bytes: Buffer }
  | { readonly kind: Unread };

/** `sign_in`: whoever asks is sent to the forge's own page for that. */
type Answer = Attachment | { readonly kind: "sign_in" };

/** Reads a file from where a forge keeps what people attach. Nothing in it is checked but its size, at most 5 MB. */
export async function readAttachment(address: string, options: AttachmentOptions): Promise<Answer> {
  const signal = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), options.signal]);
  const send = options.fetch ?? fetch;
  try {
    let at = new URL(address);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const headers = new Headers({ accept: "image/*", "user-agent": "kugetsu" });
      if (hop === 0 && options.authorization !== undefined)
        headers.set("authorization", options.authorization);
      const response = await send(at, { headers, redirect: "manual", signal });
      if (response.status === 200) return await whole(response);
      await response.body?.cancel();
      const target = redirectOf(response, at);
      if (target === undefined) return { kind: unreadOf(response.status) };
      if (!options.follows(target))
        return { kind: target.origin === at.origin ? "sign_in" : "elsewhere" };
      at = target;
    }
    return { kind: "elsewhere" };
  } catch {
    return { kind: "unavailable" };
  }
}

function redirectOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get("location");
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined;
  return URL.parse(location, from.href) ?? undefined;
}

function unreadOf(status: number): Unread {
  return [401, 403, 404, 410].includes(status) ? "hidden" : "unavailable";
}

async function whole(response: Response): Promise<Attachment> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) return { kind: "too_large" };
    chunks.push(chunk);
  }
  return { kind: "read", bytes: Buffer.concat(chunks) };
}
