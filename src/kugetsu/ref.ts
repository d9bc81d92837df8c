import { KugetsuError } from "./errors.ts";

/** One issue, or one discussion without a number yet: `instance/owner/repo#identifier`. */
export interface IssueRef {
  /** host[:port] of the forge's URL. */
  readonly instance: string;
  readonly owner: string;
  readonly repo: string;
  /** An issue number in decimal, or a name with a leading dash such as `-discuss`. */
  readonly identifier: string;
}

const INSTANCE = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[1-9][0-9]{0,4})?$/;
// Gitea's and GitHub's own rule for names, and nothing that a path or a command line could misread.
const NAME = /^(?!\.$)[A-Za-z0-9_.][A-Za-z0-9._-]{0,99}$/;
const IDENTIFIER = /^(?:[1-9][0-9]{0,17}|-[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

/** @throws KugetsuError `invalid` that says which part is wrong */
export function parseRef(text: string): IssueRef {
  if (text.length > 400) throw invalid("it is longer than 400 characters", "");
  const hash = text.indexOf("#");
  if (hash === -1) throw invalid("the `#` before the issue number is missing", text);
  const parts = text.slice(0, hash).split("/");
  if (parts.length > 3) throw invalid("nested groups are not supported", text);
  const [instance, owner, repo] = parts;
  if (instance === undefined || owner === undefined || repo === undefined) {
    throw invalid("instance, user and repository must all be named", text);
  }
  const ref = { instance: instance.toLowerCase(), owner, repo, identifier: text.slice(hash + 1) };
  assertRef(ref, text);
  return ref;
}

/** @throws KugetsuError `invalid` when a part could not stand in a path, an address or a command line */
export function assertRef(ref: IssueRef, text = printRef(ref)): void {
  if (!INSTANCE.test(ref.instance) || ref.instance.includes(".."))
    throw invalid("the instance is not a host name", text);
  if (!isName(ref.owner)) throw invalid("the user is not a valid name", text);
  if (!isName(ref.repo)) throw invalid("the repository is not a valid name", text);
  if (!IDENTIFIER.test(ref.identifier)) {
    throw invalid("the identifier is neither a number nor a name such as `-discuss`", text);
  }
}

/** Whether an owner or repository name is safe in a path, an address and a command line. */
export function isName(name: string): boolean {
  return NAME.test(name) && !name.includes("..") && !name.toLowerCase().endsWith(".git");
}

export function printRef(ref: IssueRef): string {
  return `${printRepository(ref)}#${ref.identifier}`;
}

export function printRepository(ref: Pick<IssueRef, "instance" | "owner" | "repo">): string {
  return `${ref.instance}/${ref.owner}/${ref.repo}`;
}

/** The session of a repository's PM agent, and what only one of its turns at a time may hold. */
export function pmRef(ref: Pick<IssueRef, "instance" | "owner" | "repo">): string {
  return `pm:${printRepository(ref)}`;
}

/** host[:port] in an issue's printed ref, or in that of a repository's PM agent; undefined for any other session. */
export function instanceOf(ref: string): string | undefined {
  return /^(?:pm:)?([^/#]+)\/[^/#]+\/[^/#]+(?:#|$)/.exec(ref)?.[1];
}

/** The file name of a ref: everything outside `[A-Za-z0-9._-]` becomes `-` (a `:` breaks PATH for the agent). */
export function sanitizeRef(ref: string): string {
  return ref.replaceAll(/[^A-Za-z0-9._-]/g, "-");
}

function invalid(why: string, text: string): KugetsuError {
  const quoted = text === "" ? "" : ` ${JSON.stringify(text.slice(0, 120))}`;
  return new KugetsuError("invalid", `Not an issue ref${quoted}: ${why}.`, {
    hint: "Write it as instance/user/repo#identifier, for example github.com/shoko/kugetsu#14.",
  });
}
