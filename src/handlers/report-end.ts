import { statusMessage, told } from "../jobs/acknowledge.ts";
import type { ReportEnd } from "../jobs/contract.ts";
import type { Job } from "../jobs/job.ts";
import type { NewMessage } from "../jobs/message.ts";
import { isSilent } from "../jobs/silent.ts";
import { statusEnded, toldComment } from "../reply.ts";
import type { HandlerEnd } from "./handler.ts";

/** What is said of an end that no handler saw: a crash, a stop before the start. */
export const reportEnd: ReportEnd = (job, end) =>
  wordsOf(job, { ...end, words: statusEnded(end), tell: telling(job, end.by) });

/** The messages of an end: the status comment, and what tells whoever asked. */
export function wordsOf(job: Job, end: HandlerEnd): NewMessage[] {
  if (isSilent(job)) return [];
  const messages = [statusMessage(job, end.words, true)];
  if (end.tell !== undefined) {
    const { pull, alreadyAsked } = end.tell;
    // On the pull request itself it stands above.
    const elsewhere = pull === job.issueNumber ? undefined : pull;
    const comment = toldComment({ login: job.actor.login, state: end.state, pull: elsewhere });
    messages.push(
      told(job, comment, pull === undefined || alreadyAsked ? undefined : { number: pull }),
    );
  }
  return messages;
}

/** Who stops an order knows that it is over, and who asks for a quick word is there to read it. */
function telling(job: Job, by: string | undefined): HandlerEnd["tell"] {
  return job.lane === "quick" || by === job.actor.login
    ? undefined
    : { pull: undefined, alreadyAsked: false };
}
