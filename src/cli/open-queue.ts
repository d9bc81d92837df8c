import { createJobStore, type JobStore } from "../jobs/job-store.ts";
import { type Database, openDatabase } from "../kugetsu/db/database.ts";
import { createLeaseStore, type LeaseStore } from "../kugetsu/db/leases.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { type Home, openHome } from "../kugetsu/home.ts";
import { takeOverShellHome } from "../kugetsu/shell-home/take-over.ts";
import type { Io } from "./command.ts";
import { existingHome } from "./existing-home.ts";

/** The queue of a home, open beside whatever else works on it. */
export interface OpenQueue extends Disposable {
  readonly home: Home;
  readonly database: Database;
  readonly store: JobStore;
  readonly leases: LeaseStore;
}

/**
 * Opens the queue of KUGETSU_HOME, and makes none.
 * @throws KugetsuError `not_found` when there is none yet
 */
export async function openQueue(
  io: Pick<Io, "env" | "stderr">,
  hint = "`kugetsu init` or `kugetsu serve` makes it. Is KUGETSU_HOME the one that you mean?",
): Promise<OpenQueue> {
  const { path, database, hasIndex } = existingHome(io);
  if (database === undefined && !hasIndex) {
    throw new KugetsuError("not_found", `There is no kugetsu in ${path} yet.`, {
      hint,
    });
  }
  const warn = (message: string) => io.stderr.write(`kugetsu: ${message}\n`);
  const home = await openHome(path, { warn });
  const db = openDatabase(home.database);
  try {
    await takeOverShellHome({ home, database: db, environment: io.env, warn });
  } catch (error) {
    db[Symbol.dispose]();
    throw error;
  }
  return {
    home,
    database: db,
    store: createJobStore({ db }),
    leases: createLeaseStore(db),
    [Symbol.dispose]: () => {
      db[Symbol.dispose]();
    },
  };
}
