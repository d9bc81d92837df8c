import { KugetsuError } from "../errors.ts";
import type { AgentWorktree } from "../git/worktree.ts";
import type { FetchedSubmodule } from "../git/fetched.ts";
import type { Mirror } from "../git/mirror.ts";
import { namesIn } from "../git/real-path.ts";
import type { Submodule } from "../git/submodules.ts";
import { isPlainWay } from "../git/real-path.ts";
import type { ExtrasCore } from "./core.ts";
import type { ExtraNote, ExtrasOrder, ForgeRepository, WhyNoSubmodule } from "./order.ts";

/** So many, sorted by path, are put into one worktree. */
const MOST_SUBMODULES = 20;

/** Submodules that are to be in the worktree, each fetched, and what is left out. */
export interface WantedSubmodules {
  readonly submodules: readonly FetchedSubmodule[];
  readonly notes: readonly ExtraNote[];
}

export interface SubmodulesRequest {
  readonly order: ExtrasOrder;
  /** The commit that the worktree stands on. */
  readonly sha: string;
  readonly mirror: Mirror;
  /** host[:port] of the forge. */
  readonly instance: string;
  /** Where the repository itself was fetched from: what relative addresses start at. */
  readonly url: string;
  readonly worktree: AgentWorktree;
}

/**
 * Fetches the submodules of a commit, each into a mirror of its own: without credentials first, so that what everybody
 * may read needs no right; else with the bot's, if whoever asks may read it as well. Those of submodules are not looked
 * for.
 */
export async function fetchSubmodules(
  core: ExtrasCore,
  request: SubmodulesRequest,
): Promise<WantedSubmodules> {
  const { sha, mirror, worktree } = request;
  const all = await core.git.submodulesOf(mirror, sha);
  const left = new Map<WhyNoSubmodule, string[]>();
  const nested: string[] = [];
  const submodules: FetchedSubmodule[] = [];
  const leaveOut = (why: WhyNoSubmodule, path: string) =>
    left.set(why, [...(left.get(why) ?? []), path]);
  for (const { path } of all.slice(MOST_SUBMODULES)) leaveOut("too_many", path);
  for (const submodule of all.slice(0, MOST_SUBMODULES)) {
    const { path } = submodule;
    if (!(await isPlainWay(worktree.path, path))) {
      leaveOut("occupied", path);
      continue;
    }
    const fetched = await fetchOne(core, request, submodule);
    if (typeof fetched === "string") leaveOut(fetched, path);
    else {
      submodules.push({ path, sha: submodule.sha, mirror: fetched.key });
      if ((await fetched.read(submodule.sha, ".gitmodules", 1)) !== undefined) nested.push(path);
    }
  }
  const notes: ExtraNote[] = [...left].map(([why, paths]) => ({
    kind: "no_submodule",
    why,
    paths,
  }));
  if (nested.length > 0) notes.push({ kind: "nested", paths: nested });
  return { submodules, notes };
}

/** Puts those into the worktree that are not there yet. @returns notes, and which are there now */
export async function fillSubmodules(
  core: ExtrasCore,
  worktree: AgentWorktree,
  { submodules, notes }: WantedSubmodules,
  before: readonly FetchedSubmodule[],
): Promise<WantedSubmodules> {
  const there: FetchedSubmodule[] = [];
  const occupied: string[] = [];
  for (const submodule of submodules) {
    const names = (await namesIn(worktree.path, submodule.path)) ?? [];
    const isOurs = before.some(({ path, sha }) => path === submodule.path && sha === submodule.sha);
    if (names.length === 0) await core.git.fillSubmodule(worktree, submodule);
    else if (!isOurs || names.includes(".git")) {
      occupied.push(submodule.path);
      continue;
    }
    there.push(submodule);
  }
  const more: ExtraNote[] =
    occupied.length === 0 ? [] : [{ kind: "no_submodule", why: "occupied", paths: occupied }];
  return { submodules: there, notes: [...notes, ...more] };
}

async function fetchOne(
  core: ExtrasCore,
  { order, instance, url, worktree }: SubmodulesRequest,
  { url: address, sha }: Submodule,
): Promise<Mirror | WhyNoSubmodule> {
  const repository = order.repositoryAt(absolute(address, url));
  if (repository === undefined) return "elsewhere";
  const { signal } = worktree;
  // Never the mirror that sessions work with: that one has commits of agents, and others may come to have its name.
  const key = await core.sessions.claimSlug(
    `submodule:${instance}/${repository.name.toLowerCase()}`,
  );
  const mirror =
    (await tried(signal, () => core.git.mirror({ key, url: repository.url, signal }))) ??
    (await withCredentials(core, repository, key, signal));
  if (typeof mirror === "string") return mirror;
  // A repository that was made anew under an old name must not give out what the old one had.
  return (await core.git.isOnBranchOrTag(mirror, sha)) ? mirror : "no_commit";
}

async function withCredentials(
  core: ExtrasCore,
  repository: ForgeRepository,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Mirror | WhyNoSubmodule> {
  const credentials = await tried(signal, repository.credentials);
  if (credentials === undefined) return "not_readable";
  const { url } = repository;
  const fetched = await tried(signal, () => core.git.mirror({ key, url, credentials, signal }));
  return fetched ?? "unreachable";
}

/** undefined where the forge refuses or does not answer. */
async function tried<T>(
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof KugetsuError) || signal?.aborted === true) throw error;
    return undefined;
  }
}

/** As git does: `../lib.git` starts at the repository's own address. */
function absolute(address: string, url: string): string {
  if (!/^\.\.?\//.test(address)) return address;
  return URL.parse(address, `${url.replace(/\/+$/, "")}/`)?.href ?? address;
}
