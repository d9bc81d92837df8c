import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { KugetsuError } from "../errors.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * The text of a file that only its owner may read, or undefined when there is none. Wider modes are tightened to
 * 0600, which `warn` is told; with `tighten: false` they stay, and with `refuse` nothing is read of such a file.
 *
 * @throws KugetsuError `forbidden` when another user owns, keeps or (`refuse`) may read it, `failed` when it is no
 *   regular file or not text
 */
export async function readPrivateFile(
  path: string,
  warn: ((message: string) => void) | undefined,
  {
    tighten = true,
    refuse = false,
  }: { readonly tighten?: boolean; readonly refuse?: boolean } = {},
): Promise<string | undefined> {
  // Not blocking: a pipe in that place would otherwise hang the reader.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
      throw new KugetsuError(
        "forbidden",
        `${path} cannot be opened (${cause.code ?? "unknown error"}).`,
        { cause },
      );
    },
  );
  if (file === undefined) return undefined;
  await using _file = file;
  const { mode, uid, size, isFile } = await file.stat().then((stats) => ({
    mode: stats.mode,
    uid: stats.uid,
    size: stats.size,
    isFile: stats.isFile(),
  }));
  if (!isFile) throw new KugetsuError("failed", `${path} is not a regular file.`);
  if (size > MAX_BYTES) throw new KugetsuError("failed", `${path} is larger than 1 MB.`);
  const own = process.getuid?.();
  // Root's is all right: that is how a container mounts its secrets.
  if (uid !== own && uid !== 0)
    throw new KugetsuError("forbidden", `${path} belongs to another user.`);
  if (refuse && (mode & 0o077) !== 0) {
    throw new KugetsuError(
      "forbidden",
      `${path} is open to other users (${(mode & 0o777).toString(8).padStart(4, "0")}): nothing of it is used.`,
      {
        hint: `Take it from them: chmod 600 ${path}. What they may have read has to be made anew.`,
      },
    );
  }
  if (tighten && (mode & 0o077) !== 0 && uid === own) {
    // A file on a read-only mount keeps the mode that it has.
    const isClosed = await file.chmod(0o600).then(
      () => true,
      () => false,
    );
    if (isClosed) warn?.(`${path} was open to other users; its mode is now 0600.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.readFile());
  } catch (cause) {
    throw new KugetsuError("failed", `${path} is not UTF-8 text.`, { cause });
  }
}

/** Replaces a file in one step, 0600: after a crash there is the old text or the new one, never a part. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    {
      await using file = await open(temporary, "wx", 0o600);
      await file.writeFile(text);
      await file.sync();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // The new name itself is durable only with its directory.
  await using directory = await open(dirname(path), constants.O_RDONLY);
  await directory.sync();
}
