import { and, asc, eq, lte } from "drizzle-orm";
import type { RepositoryId } from "../forge/event.ts";
import type { Job } from "../jobs/job.ts";
import { nameOf } from "../jobs/rename.ts";
import { watchRepository } from "../jobs/repositories.ts";
import { looks } from "../jobs/schema.ts";
import { takeBack, waitingInWords } from "../jobs/take-back.ts";
import type { AskedForge } from "./asked.ts";
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
    if (trouble?.isOneAccounts === true) {
      leaveAlone(watch, repositoryId, trouble.dueAt);
      leftAlone.add(repositoryId);
      continue;
    }
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
const READ = {
  state: readState,
  reviews: readReviews,
  words: readWords,
  repository: readRepository,
};

/** Somebody tells that there is a repository of that name: the forge alone knows. */
async function readRepository(watch: Watch, look: Look): Promise<boolean> {
  const { repositoryId: id, createdAt } = look;
  const now = await ifThere(watch.forge.repository(look.owner, look.name));
  if (now?.id !== id) return true;
  const { owner, name } = now;
  const { name: forge, db } = watch;
  const known = nameOf(db.orm, forge, id);
  if (known === undefined) {
    const seen = { forge, repository: { id, owner, name }, seenAt: createdAt };
    db.write((tx) => watchRepository(tx, seen));
    return true;
  }
  if (owner === known.owner && name === known.name) return true;
  return tellRename(watch, { id, ...known }, { owner, name });
}

/**
 * The repository that a look is about, under its name of now. What a delivery calls it may be another one's name, or
 * made up: then what it is known by counts. undefined where the forge has none such.
 */
async function confirmed(watch: Watch, look: Look): Promise<RepositoryId | undefined> {
  const { repositoryId: id, owner, name } = look;
  const known = nameOf(watch.db.orm, watch.name, id);
  const isAsKnown = known?.owner === owner && known.name === name;
  for (const one of [known, isAsKnown ? undefined : { owner, name }]) {
    const there = one && (await ifThere(watch.forge.repository(one.owner, one.name)));
    if (there?.id === id) return { id, owner: there.owner, name: there.name };
  }
  return undefined;
}

async function readState(watch: Watch, look: Look): Promise<boolean> {
  const repository = await confirmed(watch, look);
  if (repository === undefined) return true;
  const { owner, name } = repository;
  const number = look.issueNumber;
  const issue = await ifThere(watch.forge.issue({ owner, name, number }));
  await watch.onState({
    forge: watch.name,
    instance: watch.forge.instance,
    repository,
    number,
    state: issue?.state ?? "gone",
    isPullRequest: issue?.isPullRequest,
    isTold: true,
  });
  return true;
}

async function readReviews(watch: Watch, look: Look): Promise<boolean> {
  const repository = await confirmed(watch, look);
  if (repository === undefined) return true;
  const { owner, name } = repository;
  const number = look.issueNumber;
  const since = look.createdAt - BEFORE_MS;
  const words = await ifThere(
    watch.forge.reviews({ owner, name, number }, new Date(since).toISOString()),
  );
  const place = openPlace(watch.forge, repository);
  const found = foundInReviews(repository, words ?? [], { since, now: watch.now() });
  for (const one of found) await offer(watch, place, one);
  return true;
}

/** Somebody tells that words are gone: of the orders that wait, those are taken back whose words really are. */
async function readWords(watch: Watch, look: Look): Promise<boolean> {
  const { name: forge, db, report, now } = watch;
  const { repositoryId, issueNumber } = look;
  const { instance } = watch.forge;
  const orders = waitingInWords(db.orm, { forge, instance, repositoryId, issueNumber });
  if (orders.length === 0) return true;
  const repository = await confirmed(watch, look);
  if (repository === undefined) return true;
  const gone: number[] = [];
  for (const order of orders) if (await isGone(watch.forge, repository, order)) gone.push(order.id);
  const over = db.write((tx) => takeBack(tx, gone, report, now()));
  if (over.length === 0) return true;
  watch.log.info({ forge, orders: over }, "The words of waiting orders are deleted");
  watch.onTakenBack();
  return true;
}

async function isGone(
  forge: AskedForge,
  { owner, name }: RepositoryId,
  { trigger = "comment", commentId, issueNumber: number }: Job,
): Promise<boolean> {
  switch (trigger) {
    case "comment":
      return (await forge.comment(owner, name, commentId)) === undefined;
    case "review":
    case "review_comment":
      return (await forge.reviewWords({ owner, name, number }, trigger, commentId)) === undefined;
    // Those stand in no such words.
    case "issue":
    case "label":
    case "assignment":
      return false;
    default:
      return trigger satisfies never;
  }
}

/** One that was asked for anew meanwhile is not this one any more: that has another id. */
function still({ id }: Look) {
  return eq(looks.id, id);
}

function forget({ db }: Watch, look: Look): void {
  db.write((tx) => tx.delete(looks).where(still(look)).run());
}

function postpone({ db }: Watch, look: Look, dueAt: number): void {
  const tries = look.tries + 1;
  db.write((tx) => tx.update(looks).set({ tries, dueAt }).where(still(look)).run());
}
