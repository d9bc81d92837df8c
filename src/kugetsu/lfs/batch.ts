import type { LfsPointer } from "../git/lfs-pointer.ts";
import type { Source } from "../turn.ts";

/** Where an object is to be had. */
export interface Action {
  readonly href: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Refusal = "missing" | "elsewhere" | "unreachable" | "damaged";

const MEDIA_TYPE = "application/vnd.git-lfs+json";
const MOST_IN_ONE = 100;
const MOST_ANSWER_BYTES = 4_000_000;
const BATCH_MS = 60_000;

/** What a forge may say of itself; all else of a request is ours. */
const HEADERS = new Set(["authorization", "accept"]);

/**
 * Asks the batch API of Git LFS where objects are to be had, by oid. Only what lies at the forge's own origin counts,
 * and only there the credentials go.
 *
 * @throws what `signal` is aborted with
 */
export async function askForObjects(
  pointers: readonly LfsPointer[],
  { source, signal }: { readonly source: Source; readonly signal?: AbortSignal | undefined },
): Promise<Map<string, Action | Refusal>> {
  const found = new Map<string, Action | Refusal>();
  for (let start = 0; start < pointers.length; start += MOST_IN_ONE) {
    const some = pointers.slice(start, start + MOST_IN_ONE);
    const answer = await ask(some, source, signal);
    for (const { oid, size } of some) {
      const told = answer?.find((one) => own(one, "oid") === oid && own(one, "size") === size);
      found.set(oid, answer === undefined ? "unreachable" : actionOf(told, source));
    }
  }
  return found;
}

/** The `objects` of the answer; undefined where there is none. */
async function ask(
  pointers: readonly LfsPointer[],
  source: Source,
  signal: AbortSignal | undefined,
): Promise<readonly unknown[] | undefined> {
  const url = URL.parse(`${source.url.replace(/(?:\.git)?\/*$/, "")}.git/info/lfs/objects/batch`);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return undefined;
  const limit = AbortSignal.timeout(BATCH_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      headers: { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE, ...authorization(source) },
      body: JSON.stringify({
        operation: "download",
        transfers: ["basic"],
        objects: pointers.map(({ oid, size }) => ({ oid, size })),
        hash_algo: "sha256",
      }),
    });
    const text = await textOf(response);
    if (response.status !== 200 || text === undefined) return undefined;
    const answer: unknown = JSON.parse(text);
    const transfer = own(answer, "transfer");
    const objects = own(answer, "objects");
    const isBasic = transfer === undefined || transfer === "basic";
    return isBasic && Array.isArray(objects) ? objects : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

async function textOf(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > MOST_ANSWER_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function actionOf(told: unknown, source: Source): Action | Refusal {
  const download = own(own(told, "actions"), "download");
  const href = own(download, "href");
  const url = typeof href === "string" ? URL.parse(href) : null;
  if (url === null) return "missing";
  if (url.origin !== URL.parse(source.url)?.origin) return "elsewhere";
  if (url.username !== "" || url.password !== "") return "elsewhere";
  return { href: url.href, headers: { ...authorization(source), ...headersOf(download) } };
}

function headersOf(download: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  const given = own(download, "header");
  if (typeof given !== "object" || given === null) return headers;
  for (const [name, value] of Object.entries(given)) {
    const isUsed = HEADERS.has(name.toLowerCase()) && typeof value === "string";
    // Anything else would make fetch throw.
    if (isUsed && /^[\x20-\x7e]{1,8000}$/.test(value)) headers[name.toLowerCase()] = value;
  }
  return headers;
}

/** As git sends it. */
function authorization({ credentials }: Source): Record<string, string> {
  if (credentials === undefined) return {};
  const { username, password } = credentials;
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

/** A property of what somebody sent, never one that every object has. */
function own(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
