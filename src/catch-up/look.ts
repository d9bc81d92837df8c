import { and, asc, eq, lte } from "drizzle-orm";
import { looks } from "../jobs/schema.ts";
import { nameOf } from "../jobs/rename.ts";
import { tellRename } from "./follow.ts";
import { foundInReviews } from "./found.ts";
import { ifThere } from "./if-there.ts";
import { offer } from "./offer.ts";
import { openPlace } from "./place.ts";
import { PATIENCE, type Trouble, troubleOf } from "./trouble.ts";
import type { Watch } from "./watch.ts";

type Look = typeof looks.$inferSelect;

/** How much older than the delivery that told of it a review may be: it was on its way, and clocks differ. */
const BEFORE_MS = 2 * 60 * 1_000;
/** How long after a turn in its way was seen it is tried again. */
const BUSY_MS = 60 * 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** As many as are carried out before other things have their turn. */
const MOST = 50;

/**
 * Carries out the looks that are due. That some are in vain says little of the forge, which may fail over one pull
 * request for ever: they wait, and all else goes on.
 * @returns why the looks were left off: the forge wants to be left alone, or answered for none of several repositories
 */
export async function carryOutLooks(watch: Watch): Promise<Trouble | undefined> {
  let inVain: number[] = [];
  const leftAlone = new Set<number>();
  for (const look of dueLooks(watch)) {
    const { repositoryId } = look;
    if (leftAlone.has(repositoryId)) continue;
    const trouble = await carryOut(watch, look);
    if (trouble?.wantsQuiet === true) return trouble;
    inVain = trouble === undefined ? [] : [...inVain, repositoryId];
    if (trouble === undefined || inVain.length < PATIENCE) continue;
    if (new Set(inVain).size > 1) return trouble;
    leaveAlone(watch, repositoryId, trouble.dueAt);
    leftAlone.add(repositoryId);
    inVain = [];
  }
  return undefined;
}

/** Those that were never tried go first. */
function dueLooks({ db, name, now }: Watch): readonly Look[] {
  return db.orm
    .select()
    .from(looks)
    .where(and(eq(looks.forge, name), lte(looks.dueAt, now())))
    .orderBy(asc(looks.tries), asc(looks.dueAt), asc(looks.id))
    .limit(MOST)
    .all();
}

/** The other looks at a repository wait as long as the last one does. */
function leaveAlone({ db, name, now }: Watch, repositoryId: number, dueAt: number): void {
  const due = and(eq(looks.forge, name), lte(looks.dueAt, now()));
  const ofIt = and(due, eq(looks.repositoryId, repositoryId));
  db.write((tx) => tx.update(looks).set({ dueAt }).where(ofIt).run());
}

/** Reads from the forge what a delivery only hinted at. @returns why that has to be tried again, which it is for a day */
async function carryOut(watch: Watch, look: Look): Promise<Trouble | undefined> {
  const { name: forge, log, signal, now } = watch;
  const fields = { forge, kind: look.kind, repository: look.repositoryId, issue: look.issueNumber };
  try {
    if (await READ[look.kind](watch, look)) forget(watch, look);
    else postpone(watch, look, now() + BUSY_MS);
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    const trouble = troubleOf(error, look.tries + 1, watch);
    if (trouble.isUnavailable && now() - look.createdAt < DAY_MS) {
      // Longer than the forge is left alone, so that not the same ones are in the way each time.
      postpone(watch, look, 2 * trouble.dueAt - now());
      log.info({ ...fields, why: trouble.words }, "A look at the forge is tried again");
      return trouble;
    }
    forget(watch, look);
    log.warn({ ...fields, why: trouble.words }, "A look at the forge is given up");
    return trouble.isUnavailable ? trouble : undefined;
  }
}

/** Each returns whether it is done. */
const READ = { state: readState, reviews: readReviews, repository: readName };

/** Somebody tells that the repository has that name: the forge alone knows. */
async function readName(watch: Watch, { repositoryId: id, owner, name }: Look): Promise<boolean> {
  const now = await watch.forge.repository(owner, name);
  const known = nameOf(watch.db.orm, watch.name, id) ?? { owner, name };
  const isKnown = now.owner === known.owner && now.name === known.name;
  if (now.id !== id || isKnown) return true;
  return tellRename(watch, { id, ...known }, { owner: now.owner, name: now.name });
}

async function readState(watch: Watch, look: Look): Promise<boolean> {
  const { owner, name, issueNumber: number, repositoryId: id } = look;
  const issue = await ifThere(watch.forge.issue({ owner, name, number }));
  await watch.onState({
    forge: watch.name,
    instance: watch.forge.instance,
    repository: { id, owner, name },
    number,
    state: issue?.state ?? "gone",
    isPullRequest: issue?.isPullRequest,
    isTold: true,
  });
  return true;
}

async function readReviews(watch: Watch, look: Look): Promise<boolean> {
  const { owner, name, issueNumber: number, repositoryId: id } = look;
  const repository = { id, owner, name };
  const since = look.createdAt - BEFORE_MS;
  const words = await ifThere(
    watch.forge.reviews({ owner, name, number }, new Date(since).toISOString()),
  );
  const place = openPlace(watch.forge, repository);
  const found = foundInReviews(repository, words ?? [], { since, now: watch.now() });
  for (const one of found) await offer(watch, place, one);
  return true;
}

/** One that was asked for anew meanwhile is not this one any more. */
function still({ id, dueAt, createdAt }: Look) {
  return and(eq(looks.id, id), eq(looks.dueAt, dueAt), eq(looks.createdAt, createdAt));
}

function forget({ db }: Watch, look: Look): void {
  db.write((tx) => tx.delete(looks).where(still(look)).run());
}

function postpone({ db }: Watch, look: Look, dueAt: number): void {
  const tries = look.tries + 1;
  db.write((tx) => tx.update(looks).set({ tries, dueAt }).where(still(look)).run());
}
