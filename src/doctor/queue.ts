import { and, count, desc, eq, gte, inArray, type SQL } from "drizzle-orm";
import { livingLeases, serverOf } from "../cli/served.ts";
import { instanceOf } from "../forges/setting.ts";
import { HELD_HELP, heldBack, heldWords } from "../jobs/held.ts";
import type { MessageKind } from "../jobs/message.ts";
import { pauseInForce } from "../jobs/pause.ts";
import { jobs, outbox } from "../jobs/schema.ts";
import { HELP } from "../jobs/settle.ts";
import type { Database } from "../kugetsu/db/database.ts";
import { createLeaseStore } from "../kugetsu/db/leases.ts";
import { createSessionStore } from "../kugetsu/db/sessions.ts";
import { BASE, PM_AGENT } from "../kugetsu/session/core.ts";
import { type Check, type Finding, ok, type Subject, warning } from "./check.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** So often a message was tried in vain before it is worth a word. */
const PATIENT_TRIES = 3;
/** So many messages are named. */
const SHOWN = 5;

/** A check of what stands in the database; none where there is none yet, or one of another version. */
export function stored(
  name: string,
  look: (db: Database, subject: Subject) => Promise<Finding | readonly Finding[]>,
): Check {
  return {
    name,
    async look(subject: Subject) {
      const opened = await subject.database().catch(() => undefined);
      return opened?.schema === "current" ? look(opened.db, subject) : [];
    },
  };
}

/** Says so as well where there is no database yet. */
export const baseSession: Check = {
  name: "base session",
  async look(subject) {
    if (subject.home === undefined) return [];
    const none = warning(
      "There is none yet, so that `kugetsu start` does not work; a server makes an empty one by itself.",
      "`kugetsu init` makes it.",
    );
    const opened = await subject.database().catch(() => undefined);
    if (opened === undefined) return none;
    if (opened.schema !== "current") return [];
    const sessions = createSessionStore(opened.db);
    const base = await sessions.get(BASE);
    if (base === undefined) return none;
    const pm = await sessions.get(PM_AGENT);
    const words = `It is there (${base.opencodeSessionId ?? "empty"}).`;
    return pm === undefined
      ? ok(`${words} There is no PM agent; the next delegate makes one.`)
      : ok(words);
  },
};

export const server = stored("server", async (db) => {
  const held = serverOf(await livingLeases(createLeaseStore(db)));
  if (held === undefined) return ok("None runs on this home.");
  return ok(`It runs: process ${held.pid} on ${held.host}.`);
});

export const pause = stored("pause", async (db) => {
  const inForce = pauseInForce(db.orm);
  if (inForce === undefined) return [];
  const since = new Date(inForce.pausedAt).toISOString();
  return warning(`Paused since ${since}: no turn begins.`, "`kugetsu resume` ends that.");
});

export const leases = stored("leases", async (db) => {
  const dead = await createLeaseStore(db).dead();
  if (dead.length === 0) return [];
  const what = dead.slice(0, 3).map(({ resource }) => resource);
  const more = dead.length > what.length ? ` and ${dead.length - what.length} more` : "";
  return warning(
    `Processes that are gone left work unfinished: ${what.join(", ")}${more}.`,
    "The next start of `kugetsu serve` ends what they left and goes on with it.",
  );
});

export const failedJobs = stored("jobs", async (db) => {
  const lately = and(
    inArray(jobs.state, ["failed", "timed_out"]),
    gte(jobs.finishedAt, Date.now() - DAY_MS),
  );
  const { ref, state, words } = jobs;
  const last = db.orm
    .select({ ref, state, words })
    .from(jobs)
    .where(lately)
    .orderBy(desc(jobs.finishedAt), desc(jobs.id))
    .limit(1)
    .get();
  if (last === undefined) return ok("None failed in the last 24 hours.");
  const total = db.orm.select({ total: count() }).from(jobs).where(lately).get()?.total ?? 0;
  const how = last.state === "failed" ? "failed" : "timed out";
  // The first line of the report says why.
  const [line = ""] = (last.words ?? "").split("\n");
  const why = line === "" ? "" : `: ${line.slice(0, 300)}`;
  return warning(
    `${total} failed or timed out in the last 24 hours. The last one, ${last.ref}, ${how}${why}`,
    `\`kugetsu logs ${last.ref}\` shows how it went; \`/kugetsu retry\` in the issue gives the order again.`,
  );
});

/** Orders of the last days that were refused since the forge did not tell enough. */
export const refusedOrders = stored("refused orders", async ({ orm }) => {
  const untold = and(
    eq(jobs.state, "refused"),
    inArray(jobs.words, ["unknown", "edited"]),
    gte(jobs.finishedAt, Date.now() - 7 * DAY_MS),
  );
  const last = orm
    .select({ ref: jobs.ref, act: jobs.act, notes: jobs.notes })
    .from(jobs)
    .where(untold)
    .orderBy(desc(jobs.id))
    .limit(1)
    .get();
  if (last === undefined) return [];
  const total = orm.select({ total: count() }).from(jobs).where(untold).get()?.total ?? 0;
  const help = last.notes[HELP];
  return warning(
    `${total} refused in the last 7 days since the forge did not tell enough; the last one was of ${last.act.actor.login} in ${last.ref}.`,
    typeof help === "string" ? help : "The server's log says what would help.",
  );
});

/** What waits for a forge that is not configured, or for a server that another one has taken the name of. */
export const heldWork = stored("held work", async ({ orm }, subject) => {
  const { settings = [] } = (await subject.forges()) ?? {};
  const servers = settings.map((forge) => ({ name: forge.name, instance: instanceOf(forge) }));
  return heldBack(orm, servers).map((held) => warning(heldWords(held), HELD_HELP));
});

export const messages = stored("outbox", async (db) => {
  const findings: Finding[] = [];
  const dead = troubled(db, eq(outbox.state, "dead"));
  if (dead.total > 0) {
    findings.push(
      warning(
        `${dead.total} given up. ${dead.words}`,
        "The forge refused them, and they are not tried again. Give the bot's account its right back, unlock the issue or open the archived repository again, so that the next ones arrive; where the issue is gone there is nothing to do.",
      ),
    );
  }
  const late = troubled(db, and(eq(outbox.state, "due"), gte(outbox.attempts, PATIENT_TRIES)));
  if (late.total > 0) {
    findings.push(
      warning(
        `${late.total} could not be said to the forge yet; they are tried again. ${late.words}`,
        "See what is said of the forge here, and in the server's log.",
      ),
    );
  }
  return findings.length > 0 ? findings : ok("Everything was said to the forge, or is on its way.");
});

/** How many there are, and of the newest which and why. */
function troubled(db: Database, which: SQL | undefined): { total: number; words: string } {
  const { group, kind, trouble, id } = outbox;
  const newest = db.orm
    .select({ group, kind, trouble })
    .from(outbox)
    .where(which)
    .orderBy(desc(id))
    .limit(SHOWN)
    .all();
  const total = db.orm.select({ total: count() }).from(outbox).where(which).get()?.total ?? 0;
  const lines = newest.map((one) => {
    const why = one.trouble === null ? "no reason is known." : one.trouble;
    return `${KINDS[one.kind]} for ${one.group}: ${why}`;
  });
  const more = total > lines.length ? ` And ${total - lines.length} more.` : "";
  return { total, words: `${lines.join(" ")}${more}` };
}

const KINDS: Record<MessageKind, string> = {
  reaction: "A reaction",
  status: "A status comment",
  comment: "A comment",
  review: "A review request",
};
