import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readHome } from "../config.ts";
import { createJobStore, type JobStore } from "../jobs/job-store.ts";
import { type Database, openDatabase } from "../kugetsu/db/database.ts";
import { createLeaseStore, type LeaseStore } from "../kugetsu/db/leases.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { DATABASE, type Home, openHome } from "../kugetsu/home.ts";
import type { Io } from "./command.ts";

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
  const path = readHome(io.env);
  const isThere = await stat(join(path, DATABASE)).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isThere) {
    throw new KugetsuError("not_found", `There is no kugetsu in ${path} yet.`, {
      hint,
    });
  }
  const home = await openHome(path, {
    warn: (message) => io.stderr.write(`kugetsu: ${message}\n`),
  });
  const db = openDatabase(home.database);
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
