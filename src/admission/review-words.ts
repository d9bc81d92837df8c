import type { Forge, Issue, ReviewWords } from "../forge/forge.ts";
import type { NewJob } from "../jobs/job.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Thread, ThreadComment } from "../thread.ts";
import { cut, newest, roomFor } from "./snapshot.ts";

// A review is handed in at one moment, and forges tell whole seconds, of its parts not always the same.
const SAME_ACT_MS = 2000;

interface ReviewFacts {
  readonly issue: Issue;
  /** Milliseconds since the epoch. */
  readonly trigger: number;
  /** Whether a forge that fails to tell the reviews is waited for. */
  readonly isPatient: boolean;
  /** Told of reviews that the bot cannot read; it works on what it can read. */
  readonly onUnreadable: (error: KugetsuError) => void;
}

/**
 * A pull request's thread together with the words of its reviews, as they were at the trigger.
 * @throws KugetsuError `unavailable`
 */
export async function withReviewWords(
  forge: Forge,
  order: Pick<NewJob, "repository" | "author" | "trigger" | "commentId">,
  thread: Thread,
  { issue, trigger, isPatient, onUnreadable }: ReviewFacts,
): Promise<Thread> {
  const { owner, name } = order.repository;
  const at = { owner, name, number: issue.number };
  const [bot, all] = await Promise.all([
    forge.self(),
    readable(forge.reviews(at, issue.createdAt), { isPatient, onUnreadable }),
  ]);
  const isOrder = ({ place, id }: ReviewWords) => place === order.trigger && id === order.commentId;
  const said = all
    .filter((words) => words.author.id !== bot.id && words.body !== "" && !isOrder(words))
    .filter((words) => wasThere(words, order.author.id, trigger))
    .map(toThread);
  const { path, line } = all.find(isOrder) ?? {};
  const comments = [...thread.comments, ...said].toSorted(
    (one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt),
  );
  return {
    ...thread,
    isPullRequest: true,
    comments: newest(comments, roomFor(thread)),
    ...(path === undefined ? {} : { orderAt: { path, line } }),
  };
}

async function readable(
  asked: Promise<readonly ReviewWords[]>,
  { isPatient, onUnreadable }: Pick<ReviewFacts, "isPatient" | "onUnreadable">,
): Promise<readonly ReviewWords[]> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof KugetsuError) || (isPatient && error.code === "unavailable"))
      throw error;
    onUnreadable(error);
    return [];
  }
}

/** Written before the trigger and not edited since; what its author wrote in the same act belongs to it. */
function wasThere({ author, createdAt, updatedAt }: ReviewWords, orderer: number, trigger: number) {
  const last = Math.max(Date.parse(createdAt), Date.parse(updatedAt));
  return last < trigger || (author.id === orderer && last <= trigger + SAME_ACT_MS);
}

function toThread({ id, author, body, createdAt, place, path, line }: ReviewWords): ThreadComment {
  return { id, author, body: cut(body), createdAt, place, path, line };
}
