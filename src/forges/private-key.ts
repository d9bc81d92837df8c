import { createPrivateKey } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { KugetsuError } from "../kugetsu/errors.ts";

const MAX_BYTES = 64 * 1024;

/**
 * The PEM text of a GitHub App's private key, of which one may be given the text itself, the text with `\n` for its
 * line breaks (as env files have it), or the absolute path of a file, which must be closed to other users: agents see
 * most of the system.
 * @throws KugetsuError `invalid`, in words that go on after the setting's name and never quote the key
 */
export function readPrivateKey(given: string): string {
  const trimmed = given.trim();
  const text = isAbsolute(trimmed) ? readKeyFile(trimmed) : trimmed;
  const pem = `${text.replaceAll(String.raw`\n`, "\n").trim()}\n`;
  assertRsaKey(pem);
  return pem;
}

/** What libraries make of a key that `assertRsaKey` takes: PKCS#8. GitHub hands out PKCS#1. */
export function workingForm(pem: string): string {
  return createPrivateKey(pem).export({ type: "pkcs8", format: "pem" }).toString();
}

/** @throws KugetsuError `invalid` for anything but an RSA private key without a passphrase */
export function assertRsaKey(pem: string): void {
  const why =
    "is no RSA private key in PEM form: the file that GitHub let you download, its path, or its text.";
  let type: string | undefined;
  try {
    type = createPrivateKey(pem).asymmetricKeyType;
  } catch {
    // Without the cause, which may quote what was given.
    throw new KugetsuError("invalid", why);
  }
  if (type !== "rsa") throw new KugetsuError("invalid", why);
}

function readKeyFile(path: string): string {
  let file: number | undefined;
  try {
    // Not blocking: a pipe in that place would otherwise hang the start.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size, mode, uid } = fstatSync(file);
    if (!isRegular(mode) || size > MAX_BYTES)
      throw new KugetsuError("invalid", "names a file that is no private key.");
    assertPrivate(path, mode, uid);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof KugetsuError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new KugetsuError("invalid", `names a file that cannot be read (${code}).`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** As of every other file that holds a secret: see `readPrivateFile`. */
function assertPrivate(path: string, mode: number, uid: number): void {
  // Root's is all right: that is how a container mounts its secrets.
  if (uid !== process.getuid?.() && uid !== 0)
    throw new KugetsuError("invalid", "names a file that belongs to another user.");
  if ((mode & 0o077) === 0) return;
  const permissions = (mode & 0o777).toString(8).padStart(4, "0");
  throw new KugetsuError(
    "invalid",
    `names a file that is open to other users (${permissions}), agents among them. Take it from them: chmod 600 ${path}. What they may have read has to be made anew.`,
  );
}

function isRegular(mode: number): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFREG;
}
