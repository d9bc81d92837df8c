import { join } from "node:path";
import type { Box } from "../box.ts";
import { additions } from "./additions.ts";
import { type AsideRequest, isAside, moveAside } from "./aside.ts";
import { takeClone } from "./clone.ts";
import { fillLfs, fillSubmodule, type LfsContent } from "./fill.ts";
import { graft } from "./commit.ts";
import type { GraftRequest } from "./commit.ts";
import { defaultBranch } from "./default-branch.ts";
import type { DefaultBranchRequest } from "./default-branch.ts";
import { diffstat } from "./diffstat.ts";
import type { DiffRange } from "./diffstat.ts";
import { existingMirror, fetchMirror } from "./fetch.ts";
import type { MirrorRequest } from "./fetch.ts";
import { type Fetched, type FetchedSubmodule, noteFetched, readFetched } from "./fetched.ts";
import { inspect } from "./inspect.ts";
import type { InspectRequest } from "./inspect.ts";
import { keep, kept } from "./kept.ts";
import { keptEverywhere, listAside } from "./kept-everywhere.ts";
import type { WorkToKeep } from "./kept.ts";
import { lfsFilesOf } from "./lfs-files.ts";
import { merge } from "./merge.ts";
import type { MergeRequest } from "./merge.ts";
import type { Mirror } from "./mirror.ts";
import { mirrorPath, objectsPath, privatePath, NOBODY } from "./place.ts";
import type { GitPlace, Identity } from "./place.ts";
import { protectedChanges } from "./protected.ts";
import type { ProtectedRequest } from "./protected.ts";
import { push } from "./push.ts";
import type { PushRequest } from "./push.ts";
import { nameRequester } from "./requester.ts";
import type { RequesterRequest } from "./requester.ts";
import { isOnBranchOrTag, submodulesOf } from "./submodules.ts";
import { takeOver } from "./takeover.ts";
import type { TakeOverRequest } from "./takeover.ts";
import { withdraw } from "./withdraw.ts";
import { agentRepository, beginMerge, openWorktree, removeWorktree, sync } from "./worktree.ts";
import type {
  AgentWorktree,
  BeginMergeRequest,
  OpenWorktreeRequest,
  SyncRequest,
  WorktreePlace,
} from "./worktree.ts";

export interface GitOptions {
  /** Absolute path of KUGETSU_HOME: `mirrors/`, `private/` and `tmp/` are made in it. */
  readonly home: string;
  /** Absolute path of the directory that all worktrees lie directly in; without it `<home>/worktrees`. */
  readonly worktrees?: string;
  readonly box: Box;
  /** The outer environment. Only PATH, proxies and certificates of it reach git. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Author and committer of the bot's commits, where a call names no other. */
  readonly identity?: Identity;
  /** Milliseconds for one git command on what an agent wrote; without it three minutes. */
  readonly boxedMs?: number;
}

export type Git = ReturnType<typeof createGit>;

/** The only place that runs git. Nothing is touched until something is asked for. */
export function createGit(options: GitOptions) {
  const place: GitPlace = {
    home: options.home,
    worktrees: options.worktrees ?? join(options.home, "worktrees"),
    box: options.box,
    env: options.env,
    identity: options.identity ?? NOBODY,
    boxedMs: options.boxedMs ?? 180_000,
  };
  return {
    /** Absolute path of a session's private repository. */
    privatePath: (key: string) => privatePath(place, key),
    /** Absolute path of the objects that private repositories borrow of that mirror. */
    objectsPath: (mirrorKey: string) => objectsPath(mirrorPath(place, mirrorKey)),
    mirror: (request: MirrorRequest) => fetchMirror(place, request),
    existing: (key: string) => existingMirror(place, key),
    defaultBranch: (request: DefaultBranchRequest) => defaultBranch(place, request),
    openWorktree: (request: OpenWorktreeRequest) => openWorktree(place, request),
    removeWorktree: (worktree: WorktreePlace) => removeWorktree(place, worktree),
    nameRequester: (request: RequesterRequest) => nameRequester(place, request),
    takeOver: (request: TakeOverRequest) => takeOver(place, request),
    takeClone: (request: TakeOverRequest) => takeClone(place, request),
    sync: (request: SyncRequest) => sync(place, request),
    /** What the bot has put into a session's worktree, by the session's key. */
    fetched: (key: string) => readFetched(place, key),
    noteFetched: (key: string, fetched: Fetched) => noteFetched(place, key, fetched),
    submodulesOf: (mirror: Mirror, sha: string) => submodulesOf(place, mirror, sha),
    isOnBranchOrTag: (mirror: Mirror, sha: string) => isOnBranchOrTag(place, mirror, sha),
    lfsFilesOf: (mirror: Mirror, sha: string) => lfsFilesOf(place, mirror, sha),
    fillSubmodule: (worktree: AgentWorktree, submodule: FetchedSubmodule) =>
      fillSubmodule(place, worktree, submodule),
    fillLfs: (worktree: AgentWorktree, contents: readonly LfsContent[]) =>
      fillLfs(place, worktree, contents),
    withdraw: (worktree: AgentWorktree, fetched: Fetched) =>
      withdraw(place, agentRepository(place, worktree), fetched, worktree.signal),
    beginMerge: (request: BeginMergeRequest) => beginMerge(place, request),
    merge: (mirror: Mirror, request: MergeRequest) => merge(place, mirror, request),
    graft: (mirror: Mirror, request: GraftRequest) => graft(place, mirror, request),
    protectedChanges: (mirror: Mirror, request: ProtectedRequest) =>
      protectedChanges(place, mirror, request),
    diffstat: (mirror: Mirror, range: DiffRange) => diffstat(place, mirror, range),
    push: (request: PushRequest) => push(place, request),
    moveAside: (request: AsideRequest, at?: Date) => moveAside(place, request, at),
    isAside: (key: string, at: Date) => isAside(place, key, at),
    inspect: (request: InspectRequest) => inspect(place, request),
    additions: (mirror: Mirror, range: { tip: string; known: readonly string[] }) =>
      additions(place, mirror, range),
    keep: (mirror: Mirror, work: WorkToKeep) => keep(place, mirror, work),
    kept: (mirror: Mirror) => kept(place, mirror),
    keptEverywhere: () => keptEverywhere(place),
    /** What was moved aside since git could not read it. */
    aside: () => listAside(place.home),
  };
}
