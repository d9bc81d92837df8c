import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { KugetsuError } from "../errors.ts";
import { boxedCommand } from "./boxed.ts";
import type { BoxedRepository } from "./boxed.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { assertEnded, botCommand, processOptions } from "./run.ts";
import { makeScratch } from "./scratch.ts";

/** Bytes of packed objects that one takeover may bring. */
const MOST_PACK_BYTES = 1_000_000_000;

/**
 * Brings objects from a repository that an agent can write into the mirror: `wanted` with all that they need beyond
 * `known`. Inside the box git packs them to its stdout; outside, `index-pack` reads that as it would read a stranger's
 * push: every object is checked (fsck), everything that they link to must be there, and until all is well it lies in
 * quarantine.
 *
 * This is a bundle without the file: a file that an agent could have placed has no way in, and git before 2.46
 * fetches from a bundle without any check, whatever fetch.fsckObjects says.
 *
 * @returns false when the agent's git could not pack them, or they were refused
 * @throws KugetsuError `failed` when it took too long, `unavailable` when it was stopped
 */
export async function importObjects(
  place: GitPlace,
  request: {
    readonly mirror: Mirror;
    readonly from: BoxedRepository;
    readonly wanted: readonly string[];
    /** Object ids that exist in both. */
    readonly known: readonly string[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<boolean> {
  const { mirror, from, wanted, known, signal } = request;
  await using scratch = await makeScratch(place);
  const objects = join(scratch.path, "objects");
  await mkdir(join(objects, "pack"), { recursive: true });
  await mkdir(join(objects, "info"));
  await writeFile(join(objects, "info", "alternates"), `${join(mirror.path, "objects")}\n`);

  const input = `${[...wanted, ...known.map((id) => `^${id}`)].join("\n")}\n`;
  const limits = { timeoutMs: 10 * 60_000, signal };
  const packing = await boxedCommand(place, from, [
    "pack-objects",
    "-q",
    "--revs",
    "--thin",
    "--delta-base-offset",
    "--stdout",
  ]);
  const indexing = botCommand(
    place,
    mirror.path,
    ["index-pack", "--stdin", "--fix-thin", "--strict", `--max-input-size=${MOST_PACK_BYTES}`],
    { env: { GIT_OBJECT_DIRECTORY: objects } },
  );
  if (signal?.aborted === true)
    throw new KugetsuError("unavailable", "git was stopped.", { cause: signal.reason });
  const source = execa(packing.file, packing.args, {
    ...processOptions(packing, { ...limits, input }),
    buffer: { stdout: false },
  });
  const target = execa(indexing.file, indexing.args, {
    ...processOptions(indexing, limits),
    stdin: "pipe",
  });
  // When one end breaks off, the other's is closed too; why is told by the two ends themselves.
  await pipeline(source.stdout, target.stdin).catch(() => undefined);
  const [packed, indexed] = await Promise.all([source, target]);
  if (indexed.exitCode === 0 && packed.exitCode === 0) {
    await leaveQuarantine(objects, join(mirror.path, "objects"));
    return true;
  }
  // Where one end fails the other is ended with it: only an end that is about time or a stop is thrown.
  for (const end of [packed, indexed]) if (end.isCanceled || end.timedOut) assertEnded(end);
  return false;
}

async function leaveQuarantine(from: string, to: string): Promise<void> {
  const names = await readdir(join(from, "pack"));
  await mkdir(join(to, "pack"), { recursive: true });
  // git looks for the index: it comes last, when the pack is in place.
  for (const name of names.toSorted(
    (one, other) => Number(one.endsWith(".idx")) - Number(other.endsWith(".idx")),
  )) {
    if (/^pack-[0-9a-f]+\.(?:pack|rev|idx)$/.test(name))
      await rename(join(from, "pack", name), join(to, "pack", name));
  }
}
