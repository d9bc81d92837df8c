import { printRepository, type IssueRef } from "../ref.ts";
import type { Mirror } from "../git/mirror.ts";
import type { Source } from "../turn.ts";
import type { Core } from "./core.ts";

/** The mirror of a ref's repository, fetched. */
export async function fetchMirror(
  core: Core,
  ref: IssueRef,
  source: Source,
  signal: AbortSignal,
): Promise<Mirror> {
  const key = await mirrorKey(core, ref);
  return core.git.mirror({ key, url: source.url, credentials: source.credentials, signal });
}

/** The mirror as it was fetched last; undefined when it never was. */
export async function existingMirror(core: Core, ref: IssueRef): Promise<Mirror | undefined> {
  return core.git.existing(await mirrorKey(core, ref));
}

/** Two repositories whose names sanitize alike must not share one. */
function mirrorKey(core: Core, ref: IssueRef): Promise<string> {
  return core.sessions.claimSlug(printRepository(ref));
}
