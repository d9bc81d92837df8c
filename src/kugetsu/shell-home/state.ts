import type { Database, Tx } from "../db/database.ts";
import { shellHomes, slugs } from "../db/schema.ts";

/** What became of a home that the shell version had made. */
export interface ShellHomeState {
  /** `absent`: there was none; `begun`: everything from its backup on may have to be done still. */
  readonly state: "absent" | "begun" | "done";
  /** Path of the backup, relative to the home. */
  readonly backup: string | undefined;
}

/** Undefined when nobody has looked yet. */
export function shellHomeState(db: Database): ShellHomeState | undefined {
  const row = db.orm.select().from(shellHomes).get();
  return row === undefined ? undefined : { state: row.state, backup: row.backup ?? undefined };
}

/** Writes it down inside a transaction of the caller's. */
export function noteShellHome(tx: Tx, { state, backup }: ShellHomeState): void {
  const row = { state, backup: backup ?? null, at: Date.now() };
  tx.insert(shellHomes)
    .values({ id: 1, ...row })
    .onConflictDoUpdate({ target: shellHomes.id, set: row })
    .run();
}

/** Whether this kugetsu has worked with the database: the name of a session's directory is never forgotten. */
export function isUsed(db: Database): boolean {
  return db.orm.select({ ref: slugs.ref }).from(slugs).limit(1).get() !== undefined;
}
