import type { NewJob } from "../jobs/job.ts";
import { missed } from "../jobs/schema.ts";
import type { Database } from "../kugetsu/db/database.ts";

/** Notes a command that is not run, for the operator. The same one again changes nothing. */
export function noteMissed(
  db: Database,
  job: NewJob,
  told: {
    readonly meaning: string;
    readonly url: string;
    readonly why: string;
    /** Milliseconds since the epoch. */
    readonly writtenAt: number;
    readonly foundAt: number;
  },
): void {
  const { forge, ref, actor } = job;
  db.write((tx) =>
    tx
      .insert(missed)
      .values({ ...told, forge, ref, actor: actor.login })
      .onConflictDoNothing()
      .run(),
  );
}
