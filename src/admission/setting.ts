import type { Bot, Forge, Issue, IssueAct } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import { type FoundAct, isSame, openingOf } from "./words.ts";

/** How long after it a label or an assignment may be told, unless the job says otherwise. */
const LATE_MS = 10 * 60_000;
/** How far apart the act and the change of its issue may be told: deliveries tell only the latter. */
const SAME_ACT_MS = 10_000;
/** See what a delivery counts to an opening: the act may be a moment later than the issue. */
const OPENING_MS = 60_000;

/** The label or the assignment that gives the order, or takes it back: the last one that the forge knows. */
export async function findSetting(
  forge: Forge,
  job: Job,
  bot: Bot,
  issue: Promise<Issue | undefined>,
): Promise<FoundAct> {
  const what = job.trigger === "label" ? "label" : "assignment";
  const act = await lastAct(forge, job, bot);
  if (act === undefined) return { denied: `the forge knows of no such ${what}` };
  if (act.isSet !== (job.verb !== "stop"))
    return { denied: `the ${what} was ${act.isSet ? "set" : "taken away"} last` };
  if (!isSame(act.actor, job.actor))
    return { denied: `somebody else ${act.isSet ? "set" : "took away"} the ${what}` };
  if (Date.parse(act.at) < (job.notBefore ?? earliestOf(job)))
    return { denied: `the ${what} is too old` };
  const done = { at: act.at, mayBeEdited: false, isOld: false };
  const opened = await issue;
  const [own, opening] = opened === undefined ? [`${what}:${act.id}`] : actsOf(what, act, opened);
  if (opening === undefined) return { act: own, sameAs: [], ...done };
  // Whatever an issue is opened with gives one order, its text before all.
  return { act: opening, sameAs: [`issue:${job.issueNumber}`], ...done };
}

/** What a label or an assignment is called as an act: by its own id, and where an issue was opened with it, as that. */
export function actsOf(
  what: "label" | "assignment",
  act: IssueAct,
  issue: Issue,
): readonly [string] | readonly [string, string] {
  const own = `${what}:${act.id}`;
  return isOpening(act, issue) ? [own, openingOf({ issueNumber: issue.number })] : [own];
}

/** Any other label tells of itself in the same way: then this one was set before, when perhaps a turn ran. */
function earliestOf({ opening, createdAt, commentUpdatedAt }: Job): number {
  const late = createdAt - LATE_MS;
  return opening === true ? late : Math.max(late, Date.parse(commentUpdatedAt) - SAME_ACT_MS);
}

async function lastAct(forge: Forge, job: Job, bot: Bot): Promise<IssueAct | undefined> {
  const { owner, name } = job.repository;
  const at = { owner, name, number: job.issueNumber };
  if (job.trigger !== "label") return forge.lastAssignment(at, bot);
  return job.label === undefined ? undefined : forge.lastLabelling(at, job.label);
}

function isOpening({ actor, at, isSet }: IssueAct, { author, createdAt }: Issue): boolean {
  return isSet && isSame(actor, author) && Date.parse(at) - Date.parse(createdAt) <= OPENING_MS;
}
