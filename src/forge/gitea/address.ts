import { KugetsuError } from "../../kugetsu/errors.ts";
import { isName } from "../../kugetsu/ref.ts";
import type { IssueAddress } from "../forge.ts";

// gitea-js puts what it is given into the path as it is, so `../x` or `x?y` would reach another route.

/** @throws KugetsuError `invalid` when a name could leave its place in a path */
export function assertNames(...names: string[]): void {
  if (!names.every(isName))
    throw new KugetsuError("invalid", "Not the name of a user or repository.");
}

/** @throws KugetsuError `invalid` */
export function assertId(id: number): number {
  if (!Number.isSafeInteger(id) || id <= 0)
    throw new KugetsuError("invalid", "Not a number of the forge.");
  return id;
}

/** @throws KugetsuError `invalid` */
export function issueSegments({ owner, name, number }: IssueAddress): [string, string, number] {
  assertNames(owner, name);
  assertId(number);
  return [owner, name, number];
}

/**
 * A branch's name as one segment of a path.
 * @throws KugetsuError `invalid` for what git itself refuses as a branch, or a path could misread
 */
export function branchSegment(branch: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  const wrong = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|(?:^|\/)\.|^[-/]|[/.]$/;
  if (branch.length === 0 || branch.length > 250 || wrong.test(branch) || !branch.isWellFormed()) {
    throw new KugetsuError("invalid", "Not the name of a branch.");
  }
  return encodeURIComponent(branch);
}

/**
 * The forge's URL without a trailing slash; a sub-path is kept.
 * @throws KugetsuError `invalid`
 */
export function forgeUrl(url: string): { url: string; instance: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (
    parsed === undefined ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.search + parsed.hash !== ""
  ) {
    throw new KugetsuError("invalid", "The forge's URL is not one.", {
      hint: "Write it as https://host or https://host/path, without a query.",
    });
  }
  if (parsed.username + parsed.password !== "") {
    throw new KugetsuError("invalid", "The forge's URL must not hold a user name or password.", {
      hint: "The token is a setting of its own.",
    });
  }
  return { url: parsed.origin + parsed.pathname.replace(/\/+$/, ""), instance: parsed.host };
}
