import type { RepositoryId } from "../forge/event.ts";
import type { Changes, Issue } from "../forge/forge.ts";
import { foundActs } from "./acts.ts";
import type { Examined } from "./examined.ts";
import { type Found, foundInReviews, foundIssue, foundWords } from "./found.ts";
import { ifThere } from "./if-there.ts";
import { offer } from "./offer.ts";
import { openPlace, type Place } from "./place.ts";
import type { Watch } from "./watch.ts";
import { moveCursor, type Watched } from "./watched.ts";

/** Of a busy repository this many answers are read in one look; the next one goes on. */
const MOST_ANSWERS = 5;
/**
 * What is asked in one look beside the lists, at about one for an act and ten for a pull request's reviews; the next one
 * goes on.
 */
const MOST_ASKED = 300;
const ASKED_FOR_ACTS = 1;
const ASKED_FOR_REVIEWS = 10;
// What a forge lists may come a little later than the time that it bears, and many acts bear the same second.
const OVERLAP_MS = 2 * 60 * 1_000;
const SECOND_MS = 1_000;

/**
 * Reads what was written or changed in a repository since its cursor, and moves that once all of it is stored.
 * @returns whether that was all there is
 * @throws KugetsuError as the forge's calls do; what was read before that is stored
 */
export async function readRepository(
  watch: Watch,
  watched: Watched,
  examined: Examined,
): Promise<boolean> {
  const at = { forge: watch.name, id: watched.id };
  const repository = { id: watched.id, owner: watched.owner, name: watched.name };
  const read: Issue[] = [];
  let left = MOST_ASKED;
  let { validators } = watched;
  let cursor = Math.min(watched.cursor, watch.now());
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    const since = wholeSecond(cursor);
    const changes = await watch.forge.changes(repository, iso(since), validators);
    const fresh = onlySince(changes, since);
    const within = fitting(watch, fresh.issues, { left, examined });
    const worked = { ...fresh, issues: within.issues };
    await workOff(watch, { repository, changes: worked, since, examined });
    read.push(...within.issues);
    ({ left } = within);
    // What bears a later time than now (imported, forged, of a clock that is ahead) must hide nothing that is still to come.
    const now = watch.now();
    if (within.next !== undefined) {
      // The list of comments may end before that.
      const end = changes.complete ? now : newestOf(fresh.comments) || now;
      cursor = Math.max(cursor, Math.min(Date.parse(within.next.updatedAt), end, now));
      moveCursor(watch.db, at, { cursor, validators: {} });
      examined.keep(read);
      return false;
    }
    const comments = Math.min(newestOf(fresh.comments), now);
    const issues = Math.min(newestOf(fresh.issues), now);
    // Either list may be the one that goes on behind its end.
    const common = Math.min(comments || issues, issues || comments);
    // Where nothing stands before what is left out, that is of a time to come as well.
    if (changes.complete || common >= now || common === 0) {
      // Never back behind where it was: of a repository that is new here, nothing older may be read.
      cursor = Math.max(cursor, comments - OVERLAP_MS, issues - OVERLAP_MS);
      validators = changes.complete ? changes.validators : {};
      moveCursor(watch.db, at, { cursor, validators });
      examined.keep(read);
      return true;
    }
    // More of one second than fits into an answer: the rest of it cannot be asked for.
    if (Math.max(comments, issues) < since + SECOND_MS)
      watch.log.warn({ ...at, since: iso(since) }, "Too much was written at once");
    cursor = Math.max(common, since + SECOND_MS);
    validators = {};
    moveCursor(watch.db, at, { cursor, validators });
  }
  return false;
}

/** The first of the issues, the longest unchanged first, about which no more is asked than may be. */
function fitting(
  watch: Watch,
  issues: readonly Issue[],
  { left, examined }: { left: number; examined: Examined },
): { readonly issues: readonly Issue[]; readonly next?: Issue; readonly left: number } {
  let over = left;
  for (const [at, issue] of issues.entries()) {
    const asked = examined.isDone(issue) ? 0 : askedFor(watch, issue);
    if (asked > over) return { issues: issues.slice(0, at), next: issue, left };
    over -= asked;
  }
  return { issues, left: over };
}

function askedFor({ origin: { bot, triggerLabel } }: Watch, issue: Issue): number {
  const isLabelled = issue.labels.some((one) => one.toLowerCase() === triggerLabel.toLowerCase());
  const isAssigned = issue.assignees.some(({ id }) => id === bot.id);
  const acts = isLabelled || isAssigned ? ASKED_FOR_ACTS : 0;
  return acts + (issue.isPullRequest ? ASKED_FOR_REVIEWS : 0);
}

async function workOff(
  watch: Watch,
  look: { repository: RepositoryId; changes: Changes; since: number; examined: Examined },
): Promise<void> {
  const { repository, changes, since, examined } = look;
  const place = openPlace(watch.forge, repository, changes.issues);
  const found = changes.comments.map((comment) => foundWords(repository, comment));
  const issues = changes.issues.filter((issue) => !examined.isDone(issue));
  for (const issue of issues) found.push(...(await foundIn(watch, place, issue, since)));
  // In the order in which they would have been told.
  for (const one of found.toSorted((a, b) => a.writtenAt - b.writtenAt))
    await offer(watch, place, one);
  for (const { number, state, isPullRequest } of issues) {
    const {
      name: forge,
      forge: { instance },
    } = watch;
    const told = { forge, instance, repository, number, state, isPullRequest };
    await watch.onState({ ...told, isTold: false });
  }
}

/** What gives orders in and around an issue beside its comments. */
async function foundIn(
  watch: Watch,
  place: Place,
  issue: Issue,
  since: number,
): Promise<readonly Found[]> {
  const { repository } = place;
  const found: Found[] = [];
  // Its text may be as old as the issue is: what was edited into an older one is known only from a delivery.
  if (Date.parse(issue.createdAt) >= since) found.push(foundIssue(repository, issue));
  found.push(...(await foundActs(watch, place, issue, since)));
  if (issue.isPullRequest) {
    const at = { owner: repository.owner, name: repository.name, number: issue.number };
    const words = (await ifThere(watch.forge.reviews(at, iso(since)))) ?? [];
    found.push(...foundInReviews(repository, words, { since, now: watch.now() }));
  }
  return found;
}

/** A forge that tells more than it was asked for must not make old commands run. */
function onlySince(changes: Changes, since: number): Changes {
  const isSince = ({ updatedAt }: { readonly updatedAt: string }) => Date.parse(updatedAt) >= since;
  return {
    ...changes,
    comments: changes.comments.filter(isSince),
    issues: changes.issues.filter(isSince),
  };
}

/** 0 where there is none. */
function newestOf(list: readonly { readonly updatedAt: string }[]): number {
  return list.reduce((newest, { updatedAt }) => Math.max(newest, Date.parse(updatedAt)), 0);
}

function wholeSecond(time: number): number {
  return Math.floor(time / SECOND_MS) * SECOND_MS;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
