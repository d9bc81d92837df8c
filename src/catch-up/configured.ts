import { and, eq, sql } from "drizzle-orm";
import { seeRepository } from "../jobs/repositories.ts";
import { repositories } from "../jobs/schema.ts";
import { ifThere } from "./if-there.ts";
import type { Watch } from "./watch.ts";

/**
 * Has the repositories watched that the operator names (`owner/name`) and that this forge has, from now on.
 * @param known names that need not be asked for again; those that were asked for are added
 */
export async function watchConfigured(
  watch: Watch,
  names: readonly string[],
  known: Set<string>,
): Promise<void> {
  for (const path of names) {
    const [owner, name] = path.split("/");
    if (owner === undefined || name === undefined || known.has(path)) continue;
    if (!isWatched(watch, owner, name)) {
      const repository = await ifThere(watch.forge.repository(owner, name));
      if (repository !== undefined) add(watch, repository);
    }
    known.add(path);
  }
}

function isWatched({ db, name: forge }: Watch, owner: string, name: string): boolean {
  const found = db.orm
    .select({ id: repositories.repositoryId })
    .from(repositories)
    .where(
      and(
        eq(repositories.forge, forge),
        eq(sql`lower(${repositories.owner})`, owner.toLowerCase()),
        eq(sql`lower(${repositories.name})`, name.toLowerCase()),
      ),
    )
    .limit(1)
    .get();
  return found !== undefined;
}

function add(
  { db, name: forge, now }: Watch,
  { id, owner, name }: { id: number; owner: string; name: string },
) {
  db.write((tx) => seeRepository(tx, { forge, repository: { id, owner, name }, seenAt: now() }));
}
