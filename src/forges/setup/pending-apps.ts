import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { readPrivateFile, writePrivateFile } from "../../kugetsu/env/private-file.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { holdFileLock } from "../../kugetsu/file-lock.ts";

/** A GitHub App that is to be made, as `kugetsu forge add --app` was told. */
export interface PendingApp {
  /** What the forge will be called here. */
  readonly name: string;
  readonly url: string;
  readonly apiUrl?: string | undefined;
  /** The organisation that is to own it; undefined: whoever opens the page. */
  readonly owner?: string | undefined;
  /** Lower case. */
  readonly accounts: readonly string[];
  readonly publicUrl: string;
}

/** Apps that are to be made, in a file of the home, 0600. Of tokens it holds hashes alone. */
export interface PendingApps {
  /** Returns the token of the page; it counts for an hour. */
  begin(app: PendingApp): Promise<string>;
  /** The one that this token is for; `expired` for a while after its hour, then and for all else undefined. */
  find(token: string): Promise<PendingApp | "expired" | undefined>;
  /** The one that this state goes with, which from then on counts no more. */
  take(state: string): Promise<PendingApp | "expired" | undefined>;
  /** Lets a state that was taken count again: nothing came of it. */
  putBack(state: string): Promise<void>;
}

interface Entry {
  readonly app: PendingApp;
  /** SHA-256, hex. */
  readonly token: string;
  readonly state: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly taken?: boolean;
}

const LIFE_MS = 3_600_000;
const KEPT_MS = 24 * LIFE_MS;
const PATIENCE_MS = 10_000;

/** What GitHub is given to bring back: it tells nothing of the token that it is made of. */
export function stateOf(token: string): string {
  return createHmac("sha256", token).update("github-app").digest("hex");
}

export function createPendingApps(home: string, now: () => number = Date.now): PendingApps {
  const path = join(home, "app-setup.json");
  const change = async <T>(edit: (entries: Entry[]) => T): Promise<T> => {
    using _lock = await holdFileLock(`${path}.lock`, PATIENCE_MS);
    const entries = await read(path);
    const result = edit(entries);
    const kept = entries.filter(({ expiresAt }) => now() < expiresAt + KEPT_MS);
    await writePrivateFile(path, `${JSON.stringify(kept, undefined, 2)}\n`);
    return result;
  };
  return {
    begin: (app) => {
      const token = randomBytes(32).toString("hex");
      const entry = { token: hash(token), state: hash(stateOf(token)) };
      return change((entries) => {
        entries.push({ app, ...entry, expiresAt: now() + LIFE_MS });
        return token;
      });
    },
    async find(token) {
      const entry = (await read(path)).find((one) => isSame(one.token, token));
      return entry === undefined || entry.taken === true ? undefined : alive(entry, now());
    },
    async take(state) {
      // Whoever brings any other state changes nothing.
      if (!(await read(path)).some((one) => isSame(one.state, state))) return undefined;
      return change((entries) => {
        const index = entries.findIndex((one) => isSame(one.state, state));
        const entry = entries[index];
        if (entry === undefined || entry.taken === true) return undefined;
        entries[index] = { ...entry, taken: true };
        return alive(entry, now());
      });
    },
    putBack: (state) =>
      change((entries) => {
        const index = entries.findIndex((one) => isSame(one.state, state));
        const entry = entries[index];
        if (entry !== undefined) entries[index] = { ...entry, taken: false };
      }),
  };
}

function alive({ app, expiresAt }: Entry, now: number): PendingApp | "expired" {
  return now < expiresAt ? app : "expired";
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function isSame(known: string, given: string): boolean {
  const [one, other] = [Buffer.from(known), Buffer.from(hash(given))];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The file is written here alone: one that is not as it was written counts for nothing. */
async function read(path: string): Promise<Entry[]> {
  const text = await readPrivateFile(path, undefined, { tighten: false, refuse: true });
  if (text === undefined) return [];
  try {
    const entries: unknown = JSON.parse(text);
    if (Array.isArray(entries)) return entries as Entry[];
  } catch {
    // Said below.
  }
  throw new KugetsuError("failed", `${path} cannot be read.`, {
    hint: "Remove it, and run `kugetsu forge add` again.",
  });
}
