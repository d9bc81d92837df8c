import { and, eq, inArray, ne, or, sql } from "drizzle-orm";
import type { RepositoryId } from "../forge/event.ts";
import type { Tx } from "../kugetsu/db/database.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { leases } from "../kugetsu/db/schema.ts";
import { parseRef, pmRef, printRef } from "../kugetsu/ref.ts";
import { PM_AGENT } from "../kugetsu/session/core.ts";
import { groupLease } from "./outbox.ts";
import { jobs, looks, outbox, repositories } from "./schema.ts";

/** A repository under the name that its forge gives it now. */
export interface NamedRepository {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly repository: RepositoryId;
}

/** What the repository is called here: its forge named it so once. undefined where it is not watched. */
export function nameOf(
  tx: Tx,
  forge: string,
  id: number,
): Pick<RepositoryId, "owner" | "name"> | undefined {
  const { owner, name } = repositories;
  const one = and(eq(repositories.forge, forge), eq(repositories.repositoryId, id));
  return tx.select({ owner, name }).from(repositories).where(one).get();
}

/**
 * Lets all that the queue knows of a repository follow its name, inside a transaction of the caller's: orders, those
 * that run excepted, and what is still to be said and to be looked at.
 */
export function renameInQueue(tx: Tx, { forge, repository }: NamedRepository): void {
  const { id, owner, name } = repository;
  for (const ref of oldRefs(tx, forge, repository)) renameJobs(tx, ref, { forge, repository });
  tx.update(repositories)
    .set({ owner, name })
    .where(and(eq(repositories.forge, forge), eq(repositories.repositoryId, id)))
    .run();
  tx.update(looks)
    .set({ owner, name })
    .where(and(eq(looks.forge, forge), eq(looks.repositoryId, id)))
    .run();
  renameMessages(tx, { forge, repository });
}

/** The name under which a turn of the repository runs; undefined while none does. */
export function nameAtWork(
  tx: Tx,
  {
    forge,
    instance,
    id,
  }: { readonly forge: string; readonly instance: string; readonly id: number },
): Pick<RepositoryId, "owner" | "name"> | undefined {
  const refs = refsAtWork(tx, forge, id).map((ref) => parseRef(ref));
  const found = refs.find((ref) => ref.instance === instance);
  return found && { owner: found.owner, name: found.repo };
}

/** @throws KugetsuError `conflict` while a turn runs under another name */
export function assertNoneRuns(tx: Tx, { forge, repository }: NamedRepository): void {
  const { id, owner, name } = repository;
  const other = refsAtWork(tx, forge, id).find((ref) => {
    const parsed = parseRef(ref);
    return parsed.owner !== owner || parsed.repo !== name;
  });
  if (other === undefined) return;
  throw new KugetsuError("conflict", `${other} is at work: it gets its new name after that.`);
}

function refsAtWork(tx: Tx, forge: string, id: number): readonly string[] {
  return tx
    .selectDistinct({ ref: jobs.ref })
    .from(jobs)
    .where(
      and(
        eq(jobs.forge, forge),
        eq(jobs.repositoryId, id),
        eq(jobs.state, "running"),
        ne(jobs.lane, "quick"),
        ne(jobs.ref, PM_AGENT),
      ),
    )
    .all()
    .map(({ ref }) => ref);
}

function ofRepository(forge: string, id: number) {
  return and(eq(jobs.forge, forge), eq(jobs.repositoryId, id), ne(jobs.state, "running"));
}

function oldRefs(tx: Tx, forge: string, { id, owner, name }: RepositoryId): readonly string[] {
  const rows = tx.selectDistinct({ ref: jobs.ref }).from(jobs).where(ofRepository(forge, id)).all();
  return rows
    .map(({ ref }) => ref)
    .filter((ref) => {
      if (ref === PM_AGENT) return false;
      const parsed = parseRef(ref);
      return parsed.owner !== owner || parsed.repo !== name;
    });
}

function renameJobs(tx: Tx, old: string, { forge, repository }: NamedRepository): void {
  const { id, owner, name } = repository;
  const ref = { ...parseRef(old), owner, repo: name };
  const printed = printRef(ref);
  tx.update(jobs)
    .set({
      ref: printed,
      resource: sql`CASE ${jobs.lane} WHEN 'dev' THEN ${printed} WHEN 'pm' THEN ${pmRef(ref)} END`,
      act: sql`json_set(${jobs.act}, '$.ref', ${printed}, '$.repository.owner', ${owner}, '$.repository.name', ${name})`,
    })
    .where(and(ofRepository(forge, id), eq(jobs.ref, old)))
    .run();
}

/**
 * Another repository may have the old name by now: nothing of this one is to be said there.
 * @throws KugetsuError `conflict` while something is on its way: it would be said twice
 */
function renameMessages(tx: Tx, { forge, repository }: NamedRepository): void {
  const { id, owner, name } = repository;
  const about = tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.forge, forge), eq(jobs.repositoryId, id)));
  const isElsewhere = or(
    ne(sql`json_extract(${outbox.target}, '$.owner')`, owner),
    ne(sql`json_extract(${outbox.target}, '$.name')`, name),
  );
  const due = and(
    inArray(outbox.state, ["held", "due"]),
    inArray(outbox.jobId, about),
    isElsewhere,
  );
  const groups = tx.selectDistinct({ group: outbox.group }).from(outbox).where(due).all();
  const held = groups.map(({ group }) => groupLease(group));
  const sending = inArray(leases.resource, held);
  if (tx.select().from(leases).where(sending).limit(1).get() !== undefined)
    throw new KugetsuError("conflict", `Something is being said in ${owner}/${name}.`);
  tx.update(outbox)
    .set({
      target: sql`json_set(${outbox.target}, '$.owner', ${owner}, '$.name', ${name})`,
      group: sql`${`${forge}/${owner}/${name}#`} || json_extract(${outbox.target}, '$.number')`,
    })
    .where(due)
    .run();
}
