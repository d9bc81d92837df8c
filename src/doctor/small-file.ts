import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { KugetsuError } from "../kugetsu/errors.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * The text of a file, whose modes are left as they are.
 * @throws KugetsuError `failed` when it cannot be read, is no regular file, or is larger than 1 MB
 */
export async function readSmallFile(path: string): Promise<string> {
  try {
    // Not blocking: a pipe in that place would otherwise hang the reader.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw new KugetsuError("failed", `${path} is not a regular file.`);
    if (stats.size > MAX_BYTES) throw new KugetsuError("failed", `${path} is larger than 1 MB.`);
    return await file.readFile("utf8");
  } catch (cause) {
    if (cause instanceof KugetsuError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new KugetsuError("failed", `${path} cannot be read (${code}).`, { cause });
  }
}
