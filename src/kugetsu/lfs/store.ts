import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { lstat, mkdir, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { assertKey } from "../git/check.ts";
import type { LfsPointer } from "../git/lfs-pointer.ts";
import { makeScratch } from "../git/scratch.ts";
import type { Source } from "../turn.ts";
import { type Action, askForObjects, type Refusal } from "./batch.ts";

/** What became of one object: where its content lies, or why it is not to be had. */
export type Stored = { readonly file: string } | Refusal;

/** Contents of LFS files of one repository, each under the sha256 that it has. */
export interface LfsStore extends AsyncDisposable {
  /** Gets objects from the forge that are not there yet. By oid. @throws what `signal` is aborted with */
  fetch(
    pointers: readonly LfsPointer[],
    from: { readonly source: Source; readonly signal?: AbortSignal | undefined },
  ): Promise<Map<string, Stored>>;
}

/** What nobody asked for so long goes, and is fetched again when it is needed. */
const UNUSED_MS = 30 * 24 * 60 * 60_000;
const OBJECT_MS = 10 * 60_000;

/** @param options.key names the repository: what one has, another must not get by naming its hash */
export async function openLfsStore(options: {
  /** KUGETSU_HOME, absolute. */
  readonly home: string;
  readonly key: string;
  readonly now?: () => number;
}): Promise<LfsStore> {
  const { home, key, now = Date.now } = options;
  assertKey(key);
  const directory = join(home, "lfs", key);
  const scratch = await makeScratch({ home });
  const half = join(scratch.path, "half");
  return {
    async fetch(pointers, { source, signal }) {
      const found = new Map<string, Stored>();
      const missing: LfsPointer[] = [];
      for (const pointer of new Map(pointers.map((one) => [one.oid, one])).values()) {
        const file = join(directory, pointer.oid);
        const size = (await lstat(file).catch(() => undefined))?.size;
        if (size !== pointer.size) missing.push(pointer);
        else {
          const time = now() / 1000;
          await utimes(file, time, time);
          found.set(pointer.oid, { file });
        }
      }
      if (missing.length === 0) return found;
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const answers = await askForObjects(missing, { source, signal });
      for (const pointer of missing) {
        const action = answers.get(pointer.oid) ?? "missing";
        if (typeof action === "string") found.set(pointer.oid, action);
        else {
          const file = join(directory, pointer.oid);
          const refusal = await download(pointer, action, half, signal);
          if (refusal === undefined) await rename(half, file);
          found.set(pointer.oid, refusal ?? { file });
        }
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      await scratch[Symbol.asyncDispose]();
      for (const name of await readdir(directory).catch(() => [])) {
        const used = (await lstat(join(directory, name)).catch(() => undefined))?.mtimeMs;
        if (used !== undefined && now() - used > UNUSED_MS) await rm(join(directory, name));
      }
    },
  };
}

/** @returns undefined when the whole content is in `file` */
async function download(
  { oid, size }: LfsPointer,
  { href, headers }: Action,
  file: string,
  signal: AbortSignal | undefined,
): Promise<Refusal | undefined> {
  const limit = AbortSignal.timeout(OBJECT_MS);
  const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  try {
    // A redirect would lead away from the forge, and the token with it.
    const response = await fetch(href, { headers, redirect: "manual", signal: either });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      if (response.status >= 300 && response.status < 400) return "elsewhere";
      return [404, 410].includes(response.status) ? "missing" : "unreachable";
    }
    const hash = createHash("sha256");
    let bytes = 0;
    const checked = new Transform({
      transform(part: Buffer, _encoding, done) {
        bytes += part.length;
        hash.update(part);
        done(bytes > size ? new TooLong() : undefined, part);
      },
    });
    await pipeline(response.body, checked, createWriteStream(file, { mode: 0o600 }));
    return bytes === size && hash.digest("hex") === oid ? undefined : "damaged";
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof TooLong ? "damaged" : "unreachable";
  }
}

class TooLong extends Error {}
