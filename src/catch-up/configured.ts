import { and, eq, sql } from "drizzle-orm";
import { KugetsuError } from "../kugetsu/errors.ts";
import { watchRepository } from "../jobs/repositories.ts";
import { repositories } from "../jobs/schema.ts";
import { type Trouble, troubleOf, whileAnswered } from "./trouble.ts";
import type { Watch } from "./watch.ts";

/** When each configured repository is asked for again, by its name (milliseconds since the epoch). */
export type AskedAgain = Map<string, number>;

/** It may be made later, or the bot be let in; then its first delivery tells, too. */
const AGAIN_MS = 60 * 60 * 1_000;
/** How long one is let alone that the forge did not answer for: the others are more important. */
const PATIENCE_MS = 60 * 1_000;

/**
 * Has the repositories watched that the operator names (`owner/name`, `host/owner/name`) and that this forge has, from now on.
 * @returns until when the forge is to be left alone, see `whileAnswered`
 */
export async function watchConfigured(
  watch: Watch,
  names: readonly string[],
  again: AskedAgain,
): Promise<number | undefined> {
  const due = names
    .flatMap((path) => namedHere(path, watch.forge.instance) ?? [])
    .filter((path) => (again.get(path) ?? 0) <= watch.now());
  return whileAnswered(due, async (path) => {
    const trouble = await watchNamed(watch, path);
    again.set(path, trouble?.dueAt ?? watch.now() + AGAIN_MS);
    return trouble;
  });
}

/** `owner/name`, where such a repository of this forge may be meant. */
function namedHere(path: string, instance: string): string | undefined {
  const parts = path.split("/");
  if (parts.length === 2) return path;
  return parts.length === 3 && parts[0] === instance ? parts.slice(1).join("/") : undefined;
}

/** @returns what kept the forge from answering; that it has none such, or shows none, is an answer */
async function watchNamed(watch: Watch, path: string): Promise<Trouble | undefined> {
  const [owner = "", name = ""] = path.split("/");
  if (isWatched(watch, owner, name)) return undefined;
  try {
    add(watch, await watch.forge.repository(owner, name));
    return undefined;
  } catch (error) {
    if (watch.signal.aborted || !(error instanceof KugetsuError)) throw error;
    const trouble = troubleOf(error, 1, watch);
    watch.log.debug({ forge: watch.name, path, why: trouble.words }, "Not a repository here");
    return trouble.isUnavailable
      ? { ...trouble, dueAt: Math.max(trouble.dueAt, watch.now() + PATIENCE_MS) }
      : undefined;
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
): void {
  const seen = { forge, repository: { id, owner, name }, seenAt: now() };
  db.write((tx) => watchRepository(tx, seen));
}
