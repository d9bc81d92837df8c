import { KugetsuError } from "../errors.ts";
import { printRef, type IssueRef } from "../ref.ts";
import type { Session } from "../db/sessions.ts";
import type { Mirror } from "../git/mirror.ts";
import type { Published, Source } from "../turn.ts";
import type { Core } from "./core.ts";
import { fetchMirror, repositoryOf } from "./mirror.ts";
import { isAbout } from "./same-repository.ts";

/** What is pushed where, and by whose leave. */
export interface PublishOrder {
  readonly ref: IssueRef;
  readonly repositoryId?: number | undefined;
  readonly source: Source;
  /** The agent may change CI files of this repository. */
  readonly allowCi: boolean;
  /** What to do when other people's commits conflict: tell it, or take the next free branch. */
  readonly onConflict: "tell" | "elsewhere";
  /** Of a branch that people work on: what the work goes to instead is called `stem`, `stem-2`, … */
  readonly stem?: string | undefined;
  /** Nothing is to be pushed to the session's branch any more. */
  readonly leaveBranch?: boolean | undefined;
  /** Whether a text holds a secret that the bot knows: such commits are not pushed. */
  readonly holdsSecret: (text: string) => boolean;
  readonly signal: AbortSignal;
}

type PushableSession = Session & {
  readonly tip: string;
  readonly branch: string;
  readonly base: string;
};

// Each try begins with what the forge has now; nobody pushes to one branch faster than that for long.
const TRIES = 4;

/** Pushes a session's commits to its branch, never forced, or to the next free branch where they do not fit there. */
export async function publishSession(core: Core, order: PublishOrder): Promise<Published> {
  const ref = printRef(order.ref);
  for (let tries = 1; ; tries += 1) {
    const session = await core.sessions.get(ref);
    if (!isPushable(session) || !isAbout(session, order.repositoryId))
      throw new KugetsuError("not_found", `There is no work for ${ref}.`);
    const about = repositoryOf(order, session);
    const mirror = await fetchMirror(core, about, order.source, order.signal);
    const published = await pushOnce({ core, order, mirror, session }, tries >= TRIES);
    if (published !== "moved") return published;
    if (tries > TRIES) throw new KugetsuError("unavailable", "The branch moved under every push.");
  }
}

interface Push {
  readonly core: Core;
  readonly order: PublishOrder;
  readonly mirror: Mirror;
  readonly session: PushableSession;
}

async function pushOnce(push: Push, isLastTry: boolean): Promise<Published | "moved"> {
  const { core, order, mirror, session } = push;
  const { ref, tip, unresolved } = session;
  if (unresolved.length > 0) {
    return { kind: "unresolved", paths: unresolved };
  }
  const baseTip = await mirror.head(session.base);
  if (baseTip !== undefined && (await mirror.contains(tip, baseTip))) return { kind: "nothing" };
  const target = order.leaveBranch === true ? await leave(push) : await find(push, isLastTry);
  if (target === undefined) return { kind: "nothing" };
  if ("conflicts" in target) return { kind: "conflict", paths: target.conflicts };
  const { branch, sha, remote } = target;
  const refused = await refusedByUs(push, target, baseTip);
  if (refused !== undefined) return refused;
  if (sha !== remote) {
    const { credentials } = order.source;
    const answer = await core.git.push({ mirror, sha, branch, credentials, signal: order.signal });
    if (answer.kind === "moved") return "moved";
    if (answer.kind === "refused") {
      return { kind: "refused", words: answer.words, kept: await keep(push, sha) };
    }
  }
  await core.sessions.patch(ref, {
    tip: sha,
    pushedSha: sha,
    branch,
    // The worktree still stands on the old branch.
    ...(branch === session.branch ? {} : { worktreeAt: undefined }),
  });
  const why = target.elsewhere === undefined ? {} : { elsewhere: target.elsewhere };
  return { kind: "pushed", branch, sha, merged: sha !== tip, ...why };
}

interface Target {
  readonly branch: string;
  readonly sha: string;
  /** The branch's tip on the forge. */
  readonly remote: string | undefined;
  /** Why it is another branch than the session's. */
  readonly elsewhere?: "conflict" | "not_ours" | "moved" | "left";
}

async function find(push: Push, isLastTry: boolean): ReturnType<typeof fit> {
  return isLastTry ? elsewhere(push, "moved") : fit(push);
}

/** Another branch, where the session's own does not have the work already. */
async function leave(push: Push): Promise<Target | undefined> {
  const { mirror, session } = push;
  const remote = await mirror.head(session.branch);
  if (remote !== undefined && (await mirror.contains(session.tip, remote))) return undefined;
  return elsewhere(push, "left");
}

/** The session's commits together with what the forge's branch has. */
async function fit(push: Push): Promise<Target | { readonly conflicts: readonly string[] }> {
  const { core, order, mirror, session } = push;
  const { tip, branch } = session;
  const remote = await mirror.head(branch);
  if (remote === undefined || (await mirror.contains(remote, tip)))
    return { branch, sha: tip, remote };
  // Somebody made a branch of that name while the agent worked: it is not ours to add to. One that has our work is a
  // push of ours which was not heard to its end.
  const isOurs = session.pushedSha !== undefined || (await mirror.contains(tip, remote));
  if (!isOurs) return elsewhere(push, "not_ours");
  const message = `Merge what was pushed to ${branch}`;
  const merge = await core.git.merge(mirror, { ours: tip, theirs: remote, message });
  if (merge.kind !== "conflict") return { branch, sha: merge.sha, remote };
  return order.onConflict === "tell" ? { conflicts: merge.files } : elsewhere(push, "conflict");
}

/** The first of `fix/issue-N-2`, `-3`, … (or of `stem`, `stem-2`, …) that the forge does not have. */
async function elsewhere(
  { mirror, session, order }: Push,
  why: NonNullable<Target["elsewhere"]>,
): Promise<Target> {
  const heads = await mirror.heads();
  const { stem, count } = stemOf(session.branch, order.stem);
  for (let next = count + 1; ; next += 1) {
    const branch = next === 1 ? stem : `${stem}-${next}`;
    if (!heads.has(branch)) return { branch, sha: session.tip, remote: undefined, elsewhere: why };
  }
}

/** What a branch's name is counted on from; 0: the stem itself comes first. */
function stemOf(branch: string, own: string | undefined): { stem: string; count: number } {
  if (own !== undefined && branch !== own && !branch.startsWith(`${own}-`))
    return { stem: own, count: 0 };
  const [, stem = branch, count = "1"] = /^(.*\/issue-[^/]*?)(?:-([0-9]+))?$/.exec(branch) ?? [];
  return { stem, count: Number(count) };
}

/** What must not be pushed, whatever the forge would say. */
async function refusedByUs(
  push: Push,
  { sha, remote: there }: Target,
  baseTip: string | undefined,
): Promise<Published | undefined> {
  const { core, order, mirror, session } = push;
  const start = baseTip ?? session.startSha;
  // What people have on their branch is theirs, wherever it goes along.
  const remote =
    there ?? (order.stem === undefined ? undefined : await mirror.head(session.branch));
  if (!order.allowCi) {
    if (start === undefined)
      throw new KugetsuError("failed", `The branch ${session.base} is gone.`);
    const paths = await core.git.protectedChanges(mirror, { base: start, remote, tip: sha });
    if (paths.length > 0) return { kind: "protected", paths, kept: await keep(push, sha) };
  }
  const known = [start, remote].filter((commit) => commit !== undefined);
  if (order.holdsSecret(await core.git.additions(mirror, { tip: sha, known }))) {
    return { kind: "secret", kept: await keep(push, sha) };
  }
  return undefined;
}

function keep({ core, mirror, session }: Push, sha: string): Promise<string> {
  return core.git.keep(mirror, { ref: session.ref, sha, at: new Date() });
}

function isPushable(session: Session | undefined): session is PushableSession {
  return session?.tip !== undefined && session.branch !== undefined && session.base !== undefined;
}
