import type { Job, JobSummary } from "../jobs/job.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { showEntry } from "../orders/show.ts";
import { parseArguments } from "./arguments.ts";
import { type CliCommand, type Io, UsageError } from "./command.ts";
import type { OpenQueue } from "./open-queue.ts";
import { printableJson } from "./printable.ts";
import { sessionArgument } from "./ref-argument.ts";

/** `kugetsu logs REF` */
export const logs: CliCommand = {
  summary: "show what the agent of an issue said and did",
  usage: `Usage: kugetsu logs REF [-f|--follow] [--all | --job N] [--debug] [--json]

Shows the last turn of the issue REF (instance/user/repo#number), or of the PM agent (pm-agent).

  -f, --follow  go on showing it until the turn is over; Ctrl-C ends the view, not the turn
  --all         every turn that is remembered, oldest first (30 days)
  --job N       the turn of that job
  --debug       tools' input and output, and what the agent thinks, too
  --json        one JSON object a line`,
  async run(args, io) {
    const { values, positionals } = parseArguments(
      args,
      {
        follow: { type: "boolean", short: "f" },
        all: { type: "boolean" },
        job: { type: "string" },
        debug: { type: "boolean" },
        json: { type: "boolean" },
      },
      { max: 1 },
    );
    const typed = sessionArgument(positionals[0], "logs");
    if (values.all === true && values.follow === true)
      throw new UsageError("`--all` and `--follow` exclude each other.");
    const wanted = jobNumber(values.job);
    if (values.all === true && wanted !== undefined)
      throw new UsageError("`--all` and `--job` exclude each other.");
    const { openQueue } = await import("./open-queue.ts");
    using queue = await openQueue(io);
    const ref = await queue.store.spelled(typed);
    const jobs = await queue.store.list({ ref, lanes: ["dev", "pm"], limit: 200 });
    const begun = jobs.filter(({ startedAt }) => startedAt !== undefined);
    const open = values.follow === true ? jobs : begun;
    const one = wanted === undefined ? open.slice(0, 1) : open.filter(({ id }) => id === wanted);
    const shown = values.all === true ? begun.toReversed() : one;
    if (shown.length === 0)
      throw new KugetsuError(
        "not_found",
        wanted === undefined
          ? `${ref} had no turn yet.`
          : `Job ${wanted} is none of the last turns of ${ref}.`,
        { hint: "`kugetsu list` shows the sessions, `kugetsu status` what waits." },
      );
    const { debug = false, json = false, follow = false } = values;
    for (const job of shown) {
      if (!json) io.stdout.write(headOf(job));
      if (follow) await followOne(queue, job, { debug, json }, io);
      else await showOne(queue, job, { debug, json }, io);
    }
  },
};

function jobNumber(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(typed)) throw new UsageError("`--job` takes the number of a job.");
  return Number(typed);
}

function headOf({ id, verb, word, state, startedAt, createdAt }: JobSummary): string {
  const at = new Date(startedAt ?? createdAt).toISOString();
  return `── job ${id} · ${verb ?? word} · ${state} · ${at}\n`;
}

interface View {
  readonly debug: boolean;
  readonly json: boolean;
}

async function showOne(
  { home }: OpenQueue,
  job: JobSummary,
  { debug, json }: View,
  { stdout }: Io,
): Promise<void> {
  const { openTurnLogReader } = await import("../turn-log/read.ts");
  const { turnLogPath } = await import("../turn-log/path.ts");
  await using reader = openTurnLogReader(turnLogPath(home.logs, job.id));
  for await (const entry of reader.more())
    stdout.write(
      json ? `${printableJson({ job: job.id, ...entry })}\n` : showEntry(entry, { debug }),
    );
}

async function followOne(
  { store, home, leases }: OpenQueue,
  job: JobSummary,
  { debug, json }: View,
  io: Io,
): Promise<void> {
  const { followOrder, followWith } = await import("../orders/follow.ts");
  const gone = new AbortController();
  const end = io.onSignal(() => {
    gone.abort();
  });
  const news = followOrder({ store, leases, logs: home.logs, job: job.id, signal: gone.signal });
  try {
    const over = await followWith(news, (next) => {
      if (next.kind === "waits") io.stderr.write(`kugetsu: It waits: ${next.why}.\n`);
      else if (json) io.stdout.write(`${printableJson({ job: job.id, ...next.entry })}\n`);
      else io.stdout.write(showEntry(next.entry, { debug }));
    });
    sayEnd(over, io);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    end();
  }
}

function sayEnd({ id, state }: Job, io: Io): void {
  io.stderr.write(`kugetsu: Job ${id} is over: ${state}.\n`);
}
