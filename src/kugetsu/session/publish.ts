import { KugetsuError } from "../errors.ts";
import { printRef, type IssueRef } from "../ref.ts";
import type { Session } from "../db/sessions.ts";
import type { Mirror } from "../git/mirror.ts";
import type { Published, Source } from "../turn.ts";
import type { Core } from "./core.ts";
import { fetchMirror } from "./mirror.ts";

/** What is pushed where, and by whose leave. */
export interface PublishOrder {
  readonly ref: IssueRef;
  readonly source: Source;
  /** The agent may change CI files of this repository. */
  readonly allowCi: boolean;
  readonly signal: AbortSignal;
}

// Each try begins with what the forge has now; people do not push to one branch faster than that for long.
const TRIES = 4;

/** Pushes a session's commits to its branch, never forced, or to the next free branch when they do not fit there. */
export async function publishSession(core: Core, order: PublishOrder): Promise<Published> {
  const ref = printRef(order.ref);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const session = await sessionOf(core, ref);
    const mirror = await fetchMirror(core, order.ref, order.source, order.signal);
    const published = await pushOnce(core, order, mirror, session);
    if (published !== "moved") return published;
  }
  throw new KugetsuError("unavailable", "The branch moved under every push.");
}

async function pushOnce(
  core: Core,
  order: PublishOrder,
  mirror: Mirror,
  session: Session & { tip: string; branch: string; base: string },
): Promise<Published | "moved"> {
  const { ref, tip, base } = session;
  const paths = session.unresolved;
  if (paths.length > 0)
    return { kind: "unresolved", paths, kept: await keep(core, mirror, ref, tip) };
  const baseTip = await mirror.head(base);
  if (baseTip !== undefined && (await mirror.contains(tip, baseTip))) return { kind: "nothing" };
  const remote = await mirror.head(session.branch);
  const merged = await mergeRemote(core, mirror, session, remote);
  const branch = merged === "conflict" ? await freeBranch(mirror, session.branch) : session.branch;
  const sha = merged === "conflict" ? tip : merged;
  if (!order.allowCi) {
    const from = merged === "conflict" ? undefined : remote;
    const touched = await core.git.protectedChanges(mirror, {
      base: baseTip ?? sha,
      remote: from,
      tip: sha,
    });
    if (touched.length > 0)
      return { kind: "protected", paths: touched, kept: await keep(core, mirror, ref, sha) };
  }
  if (sha !== remote) {
    const { credentials } = order.source;
    const push = await core.git.push({ mirror, sha, branch, credentials, signal: order.signal });
    if (push.kind === "moved") return "moved";
    if (push.kind === "refused") {
      return { kind: "refused", words: push.words, kept: await keep(core, mirror, ref, sha) };
    }
  }
  await core.sessions.patch(ref, { tip: sha, pushedSha: sha, branch });
  return { kind: "pushed", branch, sha, merged: sha !== tip };
}

/** The session's commits together with what the forge's branch has: a commit, or a conflict. */
async function mergeRemote(
  core: Core,
  mirror: Mirror,
  session: Session & { tip: string; branch: string },
  remote: string | undefined,
): Promise<string> {
  const { tip, branch } = session;
  if (remote === undefined || (await mirror.contains(remote, tip))) return tip;
  const merge = await core.git.merge(mirror, {
    ours: tip,
    theirs: remote,
    message: `Merge what was pushed to ${branch}`,
  });
  return merge.kind === "conflict" ? "conflict" : merge.sha;
}

/** The first of `fix/issue-N-2`, `-3`, … that the forge does not have. */
async function freeBranch(mirror: Mirror, branch: string): Promise<string> {
  const heads = await mirror.heads();
  const [, stem, count] = /^(.*\/issue-[^/]*?)(?:-([0-9]+))?$/.exec(branch) ?? [
    undefined,
    branch,
    undefined,
  ];
  for (let next = Number(count ?? 1) + 1; ; next += 1) {
    const name = `${stem}-${next}`;
    if (!heads.has(name)) return name;
  }
}

async function keep(core: Core, mirror: Mirror, ref: string, sha: string): Promise<string> {
  return core.git.keep(mirror, { ref, sha, at: new Date() });
}

async function sessionOf(
  core: Core,
  ref: string,
): Promise<Session & { tip: string; branch: string; base: string }> {
  const session = await core.sessions.get(ref);
  if (session?.tip === undefined || session.branch === undefined || session.base === undefined) {
    throw new KugetsuError("not_found", `There is no work for ${ref}.`);
  }
  return { ...session, tip: session.tip, branch: session.branch, base: session.base };
}
