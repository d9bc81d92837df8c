import { and, asc, count, desc, eq, gte, isNotNull, notExists } from "drizzle-orm";
import { jobs, missed, repositories } from "../jobs/schema.ts";
import { ok, type Finding, warning } from "./check.ts";
import { stored } from "./queue.ts";

/** So many are named; the rest is counted. */
const NAMED = 10;
const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

export const missedCommands = stored("missed commands", async ({ orm }) => {
  // A delivery may still have told of it, who did what included.
  const still = and(
    gte(missed.foundAt, Date.now() - WEEK_MS),
    notExists(orm.select({ id: jobs.id }).from(jobs).where(eq(jobs.meaning, missed.meaning))),
  );
  const total = orm.select({ total: count() }).from(missed).where(still).get()?.total ?? 0;
  if (total === 0) return ok("None was found in the last 7 days.");
  const newest = orm
    .select()
    .from(missed)
    .where(still)
    .orderBy(desc(missed.writtenAt), desc(missed.id))
    .limit(NAMED)
    .all();
  const findings = newest.map(({ url, actor, why, writtenAt }) =>
    warning(
      `${url} (${actor}, ${new Date(writtenAt).toISOString()}): ${why}`,
      "It is not run. Who still wants it writes a new comment.",
    ),
  );
  return withRest(findings, total, "commands were missed");
});

export const watchedRepositories = stored("watched repositories", async ({ orm }) => {
  const all = orm.select({ total: count() }).from(repositories).get()?.total ?? 0;
  if (all === 0) return ok("None yet: each is watched from its first delivery on.");
  const inTrouble = isNotNull(repositories.trouble);
  const total =
    orm.select({ total: count() }).from(repositories).where(inTrouble).get()?.total ?? 0;
  if (total === 0) return ok(`${all} looked at for what no delivery told.`);
  const troubled = orm
    .select()
    .from(repositories)
    .where(inTrouble)
    .orderBy(asc(repositories.forge), asc(repositories.owner), asc(repositories.name))
    .limit(NAMED)
    .all();
  const findings = troubled.map(({ forge, owner, name, trouble, dueAt }) =>
    warning(
      `${owner}/${name} on ${forge} cannot be looked at: ${trouble ?? ""} It is tried again at ${new Date(dueAt).toISOString()}.`,
      "If it is gone, nothing is to be done. Else see that the bot's account may read the repository, its issues and its pull requests.",
    ),
  );
  return withRest(findings, total, "repositories cannot be looked at");
});

function withRest(findings: readonly Finding[], total: number, what: string): readonly Finding[] {
  const rest = total - findings.length;
  return rest > 0 ? [...findings, warning(`${rest} more ${what}.`)] : findings;
}
