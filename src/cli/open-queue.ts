import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readHome } from "../config.ts";
import { createJobStore, type JobStore } from "../jobs/job-store.ts";
import { type Database, openDatabase } from "../kugetsu/db/database.ts";
import { createLeaseStore, type LeaseStore } from "../kugetsu/db/leases.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { DATABASE, type Home, openHome } from "../kugetsu/home.ts";
import { takeOverShellHome } from "../kugetsu/shell-home/take-over.ts";
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
  // A home of the shell version has no database yet.
  const areThere = await Promise.all(
    [DATABASE, "index.json"].map((name) => isFile(join(path, name))),
  );
  if (!areThere.some(Boolean)) {
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

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
