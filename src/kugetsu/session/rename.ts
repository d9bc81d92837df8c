import type { Tx } from "../db/database.ts";
import { moveRef } from "../db/move-ref.ts";
import { leases, sessions, slugs } from "../db/schema.ts";
import { KugetsuError } from "../errors.ts";
import { assertRef, parseRef, pmRef, printRef, printRepository } from "../ref.ts";

/** What a repository is called by people. */
export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

/** A repository that has another name, or another owner, than its sessions know. */
export interface RepositoryRename {
  /** host[:port] of its forge. */
  readonly instance: string;
  /** What the forge calls it. */
  readonly repositoryId: number;
  /** Sessions of which that is not known are found by this name; without it they are left. */
  readonly from?: RepositoryName | undefined;
  readonly to: RepositoryName;
}

/** A ref of before, and what it is now. */
export interface RenamedRef {
  readonly from: string;
  readonly to: string;
}

/**
 * Lets the refs of a repository's sessions follow its name, inside a transaction of the caller's. Directories keep
 * theirs. Where a session of the same repository is under the new ref already, both stay as they are.
 *
 * @throws KugetsuError `conflict` while somebody is at work in one of them
 */
export function renameSessions(tx: Tx, rename: RepositoryRename): readonly RenamedRef[] {
  const { instance, repositoryId, from, to } = rename;
  assertRef({ instance, owner: to.owner, repo: to.name, identifier: "1" });
  const all = tx.select().from(sessions).all().flatMap(placed);
  const here = all.filter((one) => one.instance === instance);
  const newName = printRepository({ instance, owner: to.owner, repo: to.name });
  const isOld = ({ id, owner, repo }: Placed) =>
    id === null ? owner === from?.owner && repo === from.name : id === repositoryId;
  const old = here.filter((one) => isOld(one) && printRepository(one) !== newName);
  const names = new Set(old.map(printRepository));
  if (from !== undefined)
    names.add(printRepository({ instance, owner: from.owner, repo: from.name }));
  names.delete(newName);
  if (names.size === 0) return [];
  const byRef = new Map(here.map((one) => [one.ref, one]));
  const renamed: RenamedRef[] = [];
  for (const one of old) {
    const ref = under(one, to);
    const inTheWay = byRef.get(ref);
    // One of another repository that had the name before is no more at home there than this one was.
    const isOther = inTheWay !== undefined && inTheWay.id !== null && inTheWay.id !== repositoryId;
    if (inTheWay === undefined || isOther) renamed.push({ from: one.ref, to: ref });
  }
  assertIdle(tx, [...names, ...renamed.map((one) => one.to)]);
  const suffixes = [`.${repositoryId}`, ...(old.some(({ id }) => id === null) ? [""] : [])];
  const mirrors = [...names].flatMap((name) =>
    suffixes.map((suffix) => ({ from: `${name}${suffix}`, to: `${newName}${suffix}` })),
  );
  const known = new Set(
    tx
      .select({ ref: slugs.ref })
      .from(slugs)
      .all()
      .map(({ ref }) => ref),
  );
  const moving = mirrors.filter((mirror) => known.has(mirror.from));
  // What the session there borrows lies in the mirror that goes by the new name: it keeps it, and these keep theirs.
  const isTaken = here.some(
    (one) => one.id === repositoryId && printRepository(one) === newName && one.hasWork,
  );
  if (isTaken && moving.some((mirror) => known.has(mirror.to))) return [];
  for (const one of [...moving, ...renamed]) moveRef(tx, one.from, one.to);
  return renamed;
}

interface Placed {
  readonly ref: string;
  readonly instance: string;
  readonly owner: string;
  readonly repo: string;
  /** undefined for a PM session. */
  readonly identifier: string | undefined;
  readonly id: number | null;
  readonly hasWork: boolean;
}

/** Where a session belongs; none for those that belong to no repository. */
function placed({ ref, repositoryId: id, tip }: typeof sessions.$inferSelect): Placed[] {
  const hasWork = tip !== null;
  if (ref.includes("#")) return [{ ...parseRef(ref), ref, id, hasWork }];
  if (!ref.startsWith("pm:")) return [];
  const repository = parseRef(`${ref.slice("pm:".length)}#1`);
  return [{ ...repository, identifier: undefined, ref, id, hasWork }];
}

function under({ instance, identifier }: Placed, { owner, name: repo }: RepositoryName): string {
  return identifier === undefined
    ? pmRef({ instance, owner, repo })
    : printRef({ instance, owner, repo, identifier });
}

/** A first turn has a lease and no session yet: by the name of its repository it is found as well. */
function assertIdle(tx: Tx, of: readonly string[]): void {
  const held = tx.select({ resource: leases.resource }).from(leases).all();
  const busy = held.find(({ resource }) => {
    const [repository] = resource.replace(/^pm:/, "").split("#", 1);
    return of.includes(resource) || (repository !== undefined && of.includes(repository));
  });
  if (busy === undefined) return;
  throw new KugetsuError(
    "conflict",
    `${busy.resource} is at work: it gets its new name after that.`,
  );
}
