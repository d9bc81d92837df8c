import type { LeaseDesk } from "../db/hold.ts";
import type { Lease } from "../db/leases.ts";
import type { Session } from "../db/sessions.ts";
import type { UnpushedWork } from "../git/inspect.ts";
import type { Core } from "../session/core.ts";

export type OrphanKind =
  /** A session whose removal was cut off. */
  | "session"
  | "session_file"
  | "worktree"
  | "private_repository"
  /** HOME and opencode data of an agent. */
  | "agent_data"
  | "temp_directory"
  /** What a private repository says of a worktree that is gone. */
  | "registration"
  | "lock"
  | "temp_file"
  | "socket"
  /** A claim of a process that is dead. */
  | "lease";

/** Something that belongs to nothing that is there. */
export interface Orphan {
  readonly kind: OrphanKind;
  /** Absolute; undefined for what is no file. */
  readonly path?: string | undefined;
  /** The session's ref that it belonged to, where that is known; a lease's resource. */
  readonly ref?: string | undefined;
  /** What would be lost with it; absent where there can be none. */
  readonly work?: UnpushedWork | undefined;
}

/** Orphans that go together. */
export interface Find {
  readonly orphans: readonly Orphan[];
  /** The lease that is held while they go. */
  readonly resource?: string | undefined;
  /** Looks once more, and removes them; undefined when they are orphans no more. Returns where their work was kept. */
  readonly remove: () => Promise<readonly string[] | undefined>;
}

/** What the finders look at: the truth at one moment. */
export interface Scene {
  readonly core: Core;
  readonly desk: LeaseDesk;
  readonly sessions: readonly Session[];
  /** Directory names and whose they are. */
  readonly slugs: ReadonlyMap<string, string>;
  readonly dead: readonly Lease[];
  /** What living processes work on. */
  readonly held: ReadonlySet<string>;
  readonly now: number;
}

export async function look(core: Core, desk: LeaseDesk): Promise<Scene> {
  // Leases first: who gives one back after that has left nothing that is not seen below.
  const dead = await desk.leases.dead();
  const isDead = (one: Lease) =>
    dead.some(({ resource, marker }) => resource === one.resource && marker === one.marker);
  const living = (await desk.leases.live()).filter((lease) => !isDead(lease));
  return {
    core,
    desk,
    dead,
    held: new Set(living.map(({ resource }) => resource)),
    slugs: await core.sessions.slugs(),
    sessions: await core.sessions.list(),
    now: Date.now(),
  };
}
