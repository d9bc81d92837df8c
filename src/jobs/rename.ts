import { and, eq, inArray, ne, or, sql } from "drizzle-orm";
import type { RepositoryId } from "../forge/event.ts";
import type { Tx } from "../kugetsu/db/database.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { leases } from "../kugetsu/db/schema.ts";
import { parseRef, pmRef, printRef } from "../kugetsu/ref.ts";
import { PM_AGENT } from "../kugetsu/session/core.ts";
import { groupLease } from "./outbox.ts";
import { jobs, looks, outbox, repositories } from "./schema.ts";
import { instanceOfJob, instanceOfMessage } from "./servers.ts";

/** A repository under the name that its forge gives it now. */
export interface NamedRepository {
  /** Name of the forge's route. */
  readonly forge: string;
  /** host[:port] of that forge: what waits for another server that had its name is not of this repository. */
  readonly instance: string;
  readonly repository: RepositoryId;
}

/** The id of a repository and the server that gave it. */
interface IdAt extends Pick<NamedRepository, "forge" | "instance"> {
  readonly id: number;
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
export function renameInQueue(tx: Tx, named: NamedRepository): void {
  const { forge, repository } = named;
  const { id, owner, name } = repository;
  for (const ref of oldRefs(tx, named)) renameJobs(tx, ref, named);
  tx.update(repositories)
    .set({ owner, name })
    .where(and(eq(repositories.forge, forge), eq(repositories.repositoryId, id)))
    .run();
  tx.update(looks)
    .set({ owner, name })
    .where(and(eq(looks.forge, forge), eq(looks.repositoryId, id)))
    .run();
  renameMessages(tx, named);
}

/** The name under which a turn of the repository runs; undefined while none does. */
export function nameAtWork(tx: Tx, at: IdAt): Pick<RepositoryId, "owner" | "name"> | undefined {
  const [ref] = refsAtWork(tx, at);
  if (ref === undefined) return undefined;
  const { owner, repo: name } = parseRef(ref);
  return { owner, name };
}

/** @throws KugetsuError `conflict` while a turn runs under another name */
export function assertNoneRuns(tx: Tx, { forge, instance, repository }: NamedRepository): void {
  const { id, owner, name } = repository;
  const other = refsAtWork(tx, { forge, instance, id }).find((ref) => {
    const parsed = parseRef(ref);
    return parsed.owner !== owner || parsed.repo !== name;
  });
  if (other === undefined) return;
  throw new KugetsuError("conflict", `${other} is at work: it gets its new name after that.`);
}

function refsAtWork(tx: Tx, at: IdAt): readonly string[] {
  return tx
    .selectDistinct({ ref: jobs.ref })
    .from(jobs)
    .where(and(isOf(at), eq(jobs.state, "running"), ne(jobs.lane, "quick"), ne(jobs.ref, PM_AGENT)))
    .all()
    .map(({ ref }) => ref);
}

/** The rows of jobs of that repository. */
function isOf({ forge, instance, id }: IdAt) {
  return and(eq(jobs.forge, forge), eq(jobs.repositoryId, id), eq(instanceOfJob(), instance));
}

function isAtRest({ forge, instance, repository: { id } }: NamedRepository) {
  return and(isOf({ forge, instance, id }), ne(jobs.state, "running"));
}

function oldRefs(tx: Tx, named: NamedRepository): readonly string[] {
  const { owner, name } = named.repository;
  const rows = tx.selectDistinct({ ref: jobs.ref }).from(jobs).where(isAtRest(named)).all();
  return rows
    .map(({ ref }) => ref)
    .filter((ref) => {
      if (ref === PM_AGENT) return false;
      const parsed = parseRef(ref);
      return parsed.owner !== owner || parsed.repo !== name;
    });
}

function renameJobs(tx: Tx, old: string, named: NamedRepository): void {
  const { owner, name } = named.repository;
  const ref = { ...parseRef(old), owner, repo: name };
  const printed = printRef(ref);
  tx.update(jobs)
    .set({
      ref: printed,
      resource: sql`CASE ${jobs.lane} WHEN 'dev' THEN ${printed} WHEN 'pm' THEN ${pmRef(ref)} END`,
      act: sql`json_set(${jobs.act}, '$.ref', ${printed}, '$.repository.owner', ${owner}, '$.repository.name', ${name})`,
    })
    .where(and(isAtRest(named), eq(jobs.ref, old)))
    .run();
}

/**
 * Another repository may have the old name by now: nothing of this one is to be said there.
 * @throws KugetsuError `conflict` while something is on its way: it would be said twice
 */
function renameMessages(tx: Tx, { forge, instance, repository }: NamedRepository): void {
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
    eq(instanceOfMessage(), instance),
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
