import { code, duration } from "../reply.ts";
import type { JobSummary } from "../jobs/job.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import type { PullRequest } from "../forge/forge.ts";
import type { Handler } from "./handler.ts";

/** Says what runs and waits for the issue, and where its session stands. */
export const status: Handler = async ({ job, forge, kugetsu, queue }) => {
  const { owner, name } = job.repository;
  const [session, jobs, pausedAt] = await Promise.all([
    kugetsu.session(job.ref, job.repository.id),
    queue.jobsOf(job.ref),
    queue.pausedAt(),
  ]);
  const branch = session?.branch;
  const pull = branch === undefined ? undefined : await forge.pullRequest(owner, name, branch);
  const others = jobs.filter((other) => other.id !== job.id && other.lane !== "quick");
  const lines = [...pauseOf(pausedAt), ...ordersOf(others), ...sessionOf(session, pull)];
  return { state: "done", words: `**Status**\n\n${lines.map((line) => `- ${line}`).join("\n")}` };
};

function pauseOf(pausedAt: number | undefined): string[] {
  if (pausedAt === undefined) return [];
  const since = duration(Date.now() - pausedAt);
  return [`the operator paused me ${since} ago: no order begins until I am resumed`];
}

function ordersOf(jobs: readonly JobSummary[]): string[] {
  const lines = [];
  for (const job of jobs.filter(({ state }) => state === "running")) {
    const since = duration(Date.now() - (job.startedAt ?? job.createdAt));
    lines.push(`\`${job.verb ?? job.word}\` is worked on, since ${since}`);
  }
  const waiting = jobs.filter(({ state }) => state === "queued" || state === "received").length;
  if (waiting > 0) lines.push(`${waiting} ${waiting === 1 ? "order waits" : "orders wait"}`);
  if (lines.length === 0) lines.push("nothing runs and nothing waits");
  const last = jobs.find((job) => job.startedAt !== undefined && job.finishedAt !== undefined);
  if (last !== undefined) {
    lines.push(
      `the last order, \`${last.verb ?? last.word}\`, ended as ${last.state.replace("_", " ")}`,
    );
  }
  return lines;
}

function sessionOf(session: Session | undefined, pull: PullRequest | undefined): string[] {
  if (session?.branch === undefined) return ["there is no session: `/kugetsu fix` starts one"];
  const branch = `branch ${code(session.branch)}${session.pushedSha === undefined ? ", not pushed" : ""}`;
  const lines = [
    pull === undefined ? branch : `${branch}, pull request (${pull.state}): ${pull.webUrl}`,
  ];
  lines.push("`/kugetsu continue <message>` goes on in the session");
  return lines;
}
