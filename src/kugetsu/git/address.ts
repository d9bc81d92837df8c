import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { KugetsuError } from "../errors.ts";

/** How git gets to a repository. */
export type AddressKind = "http" | "ssh" | "local";

const SCP_LIKE =
  /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?:([^:].*)$/;
// `file:x` is no host called file.
const SCHEME = /^(?:https?|file|ssh|git|ftps?|ext|fd):/i;
const SSH_USER = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]*)?$/;

/**
 * Tells an address apart that git may be given: https, http, ssh, scp-like (`git@host:path`), file, or an absolute
 * path; never with a password in it, nor with a user where that is half of one.
 *
 * @throws KugetsuError `invalid`, which never quotes it
 */
export function addressKind(url: string): AddressKind {
  // oxlint-disable-next-line no-control-regex
  if (url.length > 2000 || /[\u0000-\u001f\u007f]/.test(url))
    throw invalidAddress("it has characters that no address has");
  if (isAbsolute(url)) return "local";
  if (/^(?:https?|ssh|file):\/\//.test(url)) return kindOfUrl(URL.parse(url));
  const path = SCHEME.test(url) ? undefined : SCP_LIKE.exec(url)?.[1];
  // `a://b` is a URL of another kind, and git reads a path with a leading dash as an option of a program.
  if (path === undefined || path.startsWith("//") || path.startsWith("-"))
    throw invalidAddress(
      "it must be https://…, http://…, ssh://…, git@host:path, file:///… or an absolute path",
    );
  return "ssh";
}

/** @throws as `addressKind` does */
export function assertCloneUrl(url: string): void {
  addressKind(url);
}

function kindOfUrl(url: URL | null): AddressKind {
  if (url === null) throw invalidAddress("it cannot be read");
  if (url.password !== "") throw invalidAddress("it must not hold a password");
  if (url.protocol === "ssh:") {
    // ssh would read them as options.
    if (url.hostname.startsWith("-") || url.pathname.startsWith("/-"))
      throw invalidAddress("its host or path begins with a dash");
    if (url.hostname === "" || !SSH_USER.test(url.username))
      throw invalidAddress("its host or user is not valid");
    return "ssh";
  }
  if (url.username !== "") throw invalidAddress("it must not hold a user");
  if (url.protocol !== "file:") return "http";
  localPath(url.href);
  return "local";
}

/**
 * The absolute path that a local address means.
 * @throws KugetsuError `invalid`
 */
export function localPath(address: string): string {
  if (isAbsolute(address)) return resolve(address);
  let path: string;
  try {
    path = fileURLToPath(address);
  } catch {
    throw invalidAddress("file:// is followed by an absolute path");
  }
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path))
    throw invalidAddress("it has characters that no address has");
  return path;
}

function invalidAddress(why: string): KugetsuError {
  return new KugetsuError("invalid", `Not a clone URL: ${why}.`);
}
