import { KugetsuError } from "../errors.ts";

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const KEY = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,250}$/;
// The rules of git-check-ref-format(1), all of them, so that no process is needed to ask.
// oxlint-disable-next-line no-control-regex
const NOT_IN_REFS = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/;

export function isSha(text: string): boolean {
  return SHA.test(text);
}

/** Whether git takes it as a branch's name. */
export function isBranch(name: string): boolean {
  if (name === "" || name === "@" || name === "HEAD" || name.startsWith("-") || name.length > 244)
    return false;
  if (NOT_IN_REFS.test(name)) return false;
  return name
    .split("/")
    .every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** @throws KugetsuError `invalid` */
export function assertBranch(name: string): void {
  if (!isBranch(name))
    throw new KugetsuError("invalid", "That is not a branch name that git accepts.");
}

/** @throws KugetsuError `invalid` when one of them is not a full object id */
export function assertShas(...shas: readonly string[]): void {
  if (!shas.every(isSha)) throw new KugetsuError("invalid", "That is not a full commit id.");
}

/** @throws KugetsuError `invalid` when the key could not stand in a path or a ref name */
export function assertKey(key: string): void {
  if (!KEY.test(key) || !isBranch(key))
    throw new KugetsuError("invalid", "That is not a key for a repository.");
}
