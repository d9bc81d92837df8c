import { meaningOf } from "../jobs/act.ts";
import type { NewJob } from "../jobs/job.ts";
import { receive } from "../server/receive.ts";
import type { Found } from "./found.ts";
import { deliveryIdOf, isKnown } from "./known.ts";
import { noteMissed } from "./missed.ts";
import type { Place } from "./place.ts";
import type { Watch } from "./watch.ts";
import { withIssue } from "./with-issue.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Takes an act that stands in a list for a delivery: what it orders is stored as a delivery's would be, and done once
 * even if that came, or still comes. What comes too late, or from nobody knows whom, is told to the operator instead.
 */
export async function offer(watch: Watch, place: Place, found: Found): Promise<void> {
  const { name, origin, db, log, now } = watch;
  const first = jobOf(watch, found);
  if (first === undefined) return;
  const meaning = meaningOf(first);
  if (isKnown(db, first, meaning, found.acts)) return;
  const why = await whyNot(first, found, place, now());
  if (why !== undefined) {
    const { url, writtenAt } = found;
    noteMissed(db, first, { meaning, url, why, writtenAt, foundAt: now() });
    log.warn({ forge: name, ref: first.ref, actor: first.actor.login, why }, "A command is missed");
    return;
  }
  const event = await withIssue(place, found);
  const received = event === undefined ? undefined : receive(event, origin);
  if (event === undefined || received === undefined || !("job" in received)) return;
  const acceptance = await watch.accept({
    forge: name,
    deliveryId: deliveryIdOf(meaning),
    event: event.kind,
    receivedAt: now(),
    // Whatever its age: that is decided here.
    job: { ...received.job, notBefore: found.writtenAt },
  });
  if (acceptance.kind === "accepted" && acceptance.jobId !== undefined) {
    const { ref, actor } = received.job;
    log.info(
      { forge: name, ref, actor: actor.login },
      "A command is found on the forge, and goes the way of a delivery",
    );
  }
}

function jobOf({ origin }: Watch, { event }: Found): NewJob | undefined {
  const received = receive(event, origin);
  return "job" in received ? received.job : undefined;
}

/** Why that order is not run; undefined when it is. */
async function whyNot(
  job: NewJob,
  found: Found,
  place: Place,
  now: number,
): Promise<string | undefined> {
  if (now - found.writtenAt > DAY_MS) return "It was found more than a day after it was written.";
  if (!found.mayBeEdited) return undefined;
  // What it said before, no list tells.
  if (now - found.createdAt > DAY_MS)
    return "It was edited more than a day after it was written, and may be an old command.";
  // Whoever may push here may not be allowed to delegate.
  if (job.verb === "delegate" || !(await place.editorsMayPush()))
    return "It was edited, and the forge does not tell by whom.";
  return undefined;
}
