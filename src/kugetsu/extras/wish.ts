import { parseDocument } from "yaml";
import type { Mirror } from "../git/mirror.ts";
import type { ExtraNote } from "./order.ts";

/** What a repository asks for in its `.kugetsu.yml`. */
export interface Wish {
  readonly submodules: boolean;
  readonly lfs: boolean;
  readonly notes: readonly ExtraNote[];
}

const FILE = ".kugetsu.yml";
const MOST_BYTES = 64 * 1024;
const MOST_NAMES = 10;

const NO_WISH: Wish = { submodules: false, lfs: false, notes: [] };

/** Reads `.kugetsu.yml` at a branch of the mirror. Where it cannot be read, nothing is asked for. */
export async function readWish(mirror: Mirror, branch: string): Promise<Wish> {
  const head = await mirror.head(branch);
  const text = head === undefined ? undefined : await mirror.read(head, FILE, MOST_BYTES + 1);
  if (text === undefined) return NO_WISH;
  if (Buffer.byteLength(text) > MOST_BYTES) return unreadable("size");
  return wishOf(text);
}

/** Pure. Exactly `true` and `false` count. */
export function wishOf(text: string): Wish {
  let found: unknown;
  try {
    const document = parseDocument(text);
    if (document.errors.length > 0) return unreadable("yaml");
    // Aliases can make gigabytes of a few lines, and there is no use for them here.
    found = document.toJS({ mapAsMap: true, maxAliasCount: 0 });
  } catch {
    return unreadable("yaml");
  }
  if (found === null || found === undefined) return NO_WISH;
  if (!(found instanceof Map)) return unreadable("yaml");
  const unknown: string[] = [];
  const notBoolean: string[] = [];
  const wish = { submodules: false, lfs: false };
  for (const [key, value] of found as Map<unknown, unknown>) {
    if (key !== "submodules" && key !== "lfs") unknown.push(nameOf(key));
    else if (typeof value === "boolean") wish[key] = value;
    else notBoolean.push(key);
  }
  const notes: ExtraNote[] = [];
  if (unknown.length > 0) notes.push({ kind: "unknown_keys", names: unknown.slice(0, MOST_NAMES) });
  if (notBoolean.length > 0) notes.push({ kind: "not_boolean", names: notBoolean });
  return { ...wish, notes };
}

function nameOf(key: unknown): string {
  return typeof key === "string" ? key.slice(0, 100) : "(no text)";
}

function unreadable(why: "size" | "yaml"): Wish {
  return { ...NO_WISH, notes: [{ kind: "unreadable", why }] };
}
