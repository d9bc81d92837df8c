import { and, eq, or, type SQL, sql } from "drizzle-orm";
import type { alias } from "drizzle-orm/sqlite-core";
import { KugetsuError } from "../kugetsu/errors.ts";
import { NO_FORGE } from "./job.ts";
import { jobs, outbox } from "./schema.ts";

/**
 * A forge that is configured now. Under the name of one that was, another server may stand: what waits for the one must
 * not be done on, or said to, the other.
 */
export interface Server {
  /** Name of the forge's route. */
  readonly name: string;
  /** host[:port] */
  readonly instance: string;
}

type Jobs = typeof jobs | ReturnType<typeof alias<typeof jobs, string>>;
type Outbox = typeof outbox | ReturnType<typeof alias<typeof outbox, string>>;

/** host[:port] of a printed ref. */
export function instanceIn(ref: string): string {
  return ref.split("/", 1)[0] ?? "";
}

/** host[:port] of the ref of a row of jobs. */
export function instanceOfJob(rows: Jobs = jobs): SQL<string> {
  return sql<string>`substr(${rows.ref}, 1, instr(${rows.ref} || '/', '/') - 1)`;
}

/** host[:port] that a message is for; null where neither it nor its job knows: of an earlier version. */
export function instanceOfMessage(rows: Outbox = outbox): SQL<string | null> {
  const told = sql`json_extract(${rows.target}, '$.instance')`;
  const ofJob = sql`(SELECT ${instanceOfJob()} FROM ${jobs} WHERE ${jobs.id} = ${rows.jobId})`;
  return sql<string | null>`coalesce(${told}, ${ofJob})`;
}

/** The rows of jobs that one of these servers is needed for, or none; undefined: all. */
export function jobsOf(servers: readonly Server[] | undefined, rows: Jobs = jobs) {
  return (
    servers &&
    or(
      eq(rows.forge, NO_FORGE),
      ...servers.map(({ name, instance }) =>
        and(eq(rows.forge, name), eq(instanceOfJob(rows), instance)),
      ),
    )
  );
}

/** The rows of the outbox that are for one of these servers; undefined: all. */
export function messagesOf(servers: readonly Server[] | undefined, rows: Outbox = outbox) {
  if (servers === undefined) return undefined;
  const each = servers.map(({ name, instance }) =>
    and(eq(rows.forge, name), eq(sql`coalesce(${instanceOfMessage(rows)}, ${instance})`, instance)),
  );
  return or(sql`0`, ...each);
}

/** @throws KugetsuError `unavailable` when that forge is not the server that something is for */
export function assertServer(
  forge: { readonly instance: string },
  { name, instance }: { readonly name: string; readonly instance: string | undefined },
): void {
  if (instance === undefined || instance === forge.instance) return;
  throw new KugetsuError("unavailable", `The forge ${name} is another server by now.`, {
    hint: `It was ${instance}: put that back, under this name or another.`,
    needsOperator: true,
  });
}
