import { code } from "../reply.ts";
import type { Job } from "../jobs/job.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import type { Handler } from "./handler.ts";

/** Says what runs and waits for the issue, and where its session stands. */
export const status: Handler = async ({ job, kugetsu, queue }) => {
  const [session, jobs] = await Promise.all([kugetsu.session(job.ref), queue.jobsOf(job.ref)]);
  const others = jobs.filter((other) => other.id !== job.id && other.lane !== "quick");
  return { state: "done", words: words(session, others) };
};

function words(session: Session | undefined, jobs: readonly Job[]): string {
  const lines = [];
  for (const job of jobs.filter(({ state }) => state === "running")) {
    const minutes = Math.round((Date.now() - (job.startedAt ?? job.createdAt)) / 60_000);
    lines.push(`- working on \`${job.verb ?? job.word}\` for ${minutes} min`);
  }
  const waiting = jobs.filter(({ state }) => state === "queued" || state === "received").length;
  if (waiting > 0) lines.push(`- ${waiting} waiting`);
  if (session === undefined) lines.push("- no session yet: `/kugetsu fix` starts one");
  else {
    if (session.branch !== undefined)
      lines.push(
        `- branch ${code(session.branch)}${session.pushedSha === undefined ? ", not pushed" : ""}`,
      );
    lines.push("- `/kugetsu continue` goes on in the session");
  }
  return lines.join("\n");
}
