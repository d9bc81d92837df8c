import type { Person } from "../forge/event.ts";
import type { Comment, Forge, Issue } from "../forge/forge.ts";
import { keyOfWords } from "../jobs/act.ts";
import type { Job } from "../jobs/job.ts";

/** An act as the forge knows it, or why it knows none such. */
export type FoundAct =
  | {
      /** Which it is: see the admission's `act` and `sameAs`. */
      readonly act: string;
      readonly sameAs: readonly string[];
      /** When it was done, ISO 8601. */
      readonly at: string;
      /** Somebody may have had a hand in the words since they were written; the forge does not say who. */
      readonly mayBeEdited: boolean;
      /** It gave its order, or nobody's notice, long ago. */
      readonly isOld: boolean;
    }
  | { readonly denied: string };

interface Words {
  readonly issueNumber: number;
  readonly body: string;
  readonly author: Person;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly mayBeEdited: boolean;
}

// Whoever knows a hook's secret can sign an old comment again. What was older than a day when it came is never worked
// off; how long it then waits for a forge that is away does not count.
const OLDEST_MS = 24 * 60 * 60 * 1000;

/** The words that the order stands in: who wrote them, where and what must be as the delivery said. */
export async function findWords(
  forge: Forge,
  job: Job,
  issue: Promise<Issue | undefined>,
): Promise<FoundAct> {
  const what = NAMES[job.trigger ?? "comment"];
  const words = await readWords(forge, job, issue);
  if (words === undefined) return { denied: `the forge knows no such ${what}` };
  if (words.issueNumber !== job.issueNumber)
    return { denied: `the ${what} belongs to another issue` };
  if (!isSame(words.author, job.author)) return { denied: `somebody else wrote the ${what}` };
  if (words.body !== job.commentBody) return { denied: `the ${what} has other words` };
  if (job.action === "created" && !isSame(job.actor, words.author))
    return { denied: `only its author can have created the ${what}` };
  if (job.createdAt - Date.parse(words.updatedAt) > OLDEST_MS)
    return { denied: `the ${what} is older than a day` };
  const sameAs = job.opening === true ? [openingOf(job)] : [];
  const { updatedAt: at, mayBeEdited } = words;
  // Comments are mended for years: only an edit that first makes a command counts.
  const isOld = job.again === true && job.createdAt - Date.parse(words.createdAt) > OLDEST_MS;
  return { act: keyOfWords(job), sameAs, at, mayBeEdited, isOld };
}

const NAMES = {
  comment: "comment",
  review: "review",
  review_comment: "comment",
  issue: "issue",
  label: "label",
  assignment: "assignment",
} as const;

async function readWords(
  forge: Forge,
  job: Job,
  asked: Promise<Issue | undefined>,
): Promise<Words | undefined> {
  const { commentId, trigger = "comment" } = job;
  const { owner, name } = job.repository;
  switch (trigger) {
    case "comment":
      return asWords(await forge.comment(owner, name, commentId));
    case "review":
    case "review_comment":
      return asWords(
        await forge.reviewWords({ owner, name, number: job.issueNumber }, trigger, commentId),
      );
    case "issue": {
      const issue = await asked;
      if (issue === undefined) return undefined;
      const words = { ...issue, issueNumber: issue.number };
      return { ...words, mayBeEdited: isChanged(issue), updatedAt: momentOf(job, issue) };
    }
    // Those stand in no words.
    case "label":
    case "assignment":
      return undefined;
    default:
      return trigger satisfies never;
  }
}

function asWords(comment: Comment | undefined): Words | undefined {
  return comment && { ...comment, mayBeEdited: isChanged(comment) };
}

function isChanged({ createdAt, updatedAt }: { createdAt: string; updatedAt: string }): boolean {
  return Date.parse(updatedAt) !== Date.parse(createdAt);
}

/** An issue is changed by each comment: only of an edit, and as the delivery told it, that is the time of its words. */
function momentOf({ action, commentUpdatedAt }: Job, { createdAt, updatedAt }: Issue): string {
  if (action === "created") return createdAt;
  return Date.parse(commentUpdatedAt) < Date.parse(updatedAt) ? commentUpdatedAt : updatedAt;
}

/** Stands for all that an issue was opened with, where its text held no command. */
export function openingOf({ issueNumber }: Pick<Job, "issueNumber">): string {
  return `opening:${issueNumber}`;
}

/** By name as well: what is said to people, and whom the operator names, goes by it. */
export function isSame(one: Person, other: Person): boolean {
  return one.id === other.id && one.login.toLowerCase() === other.login.toLowerCase();
}
