import { KugetsuError } from "../kugetsu/errors.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import type { Io } from "./command.ts";
import { existingHome } from "./existing-home.ts";
import { openKugetsu } from "./open-kugetsu.ts";

/**
 * Opens the core of a home that is there, beside whatever else works on it.
 * @throws KugetsuError `not_found` when there is none yet
 */
export async function openExisting(io: Io): Promise<Kugetsu> {
  const { path, database, hasIndex } = existingHome(io);
  if (database === undefined && !hasIndex) {
    throw new KugetsuError("not_found", `There is no kugetsu in ${path} yet.`, {
      hint: "Is KUGETSU_HOME the one that you mean?",
    });
  }
  return openKugetsu(io);
}
