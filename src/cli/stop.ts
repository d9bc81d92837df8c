import { OPERATOR } from "../jobs/stop.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand, Io } from "./command.ts";
import { counted } from "../counted.ts";
import type { OpenQueue } from "./open-queue.ts";
import { sessionArgument } from "./ref-argument.ts";
import { type Stopped, stopWords } from "./stop-words.ts";

/** `kugetsu stop REF` */
export const stop: CliCommand = {
  summary: "end the running turn of an issue; its work is kept",
  usage: `Usage: kugetsu stop REF [--all] [--json]

Ends the turn that runs for the issue REF (instance/user/repo#number, or pm-agent), in whatever process, and waits until it
is over. Its work is kept, and its status comment says that the operator stopped it.

  --all   take back the orders that wait for the issue, too
  --json  print {"ref", "running", "waiting"}: how many turns were ended and how many orders taken back`,
  async run(args, io) {
    const { values, positionals } = parseArguments(
      args,
      { all: { type: "boolean" }, json: { type: "boolean" } },
      { max: 1 },
    );
    const typed = sessionArgument(positionals[0], "stop");
    const { openQueue } = await import("./open-queue.ts");
    const { reportEnd } = await import("../handlers/report-end.ts");
    using queue = await openQueue(io);
    const ref = await queue.store.spelled(typed);
    const { running, waiting, left } = await queue.store.stopIssue(ref, {
      by: OPERATOR,
      waiting: values.all === true,
      report: reportEnd,
    });
    const turns = await untilEnded(queue, running, { ref, io });
    if (left.length > 0)
      say(io, `${counted(left, "order waits", "orders wait")}; --all takes back what waits.`);
    if (running.length + waiting.length === 0) await nameOthers(queue, io);
    const facts = { ref, running: running.length - turns.late.length, waiting: waiting.length };
    io.stdout.write(
      `${values.json === true ? JSON.stringify(facts) : stopWords({ ref, waiting, ...turns })}\n`,
    );
    if (waiting.length + turns.abandoned.length > 0) await sayIfUnserved(queue, io);
  },
};

/** Waits for the end of these turns, and tells them apart. @throws KugetsuError when it takes too long */
async function untilEnded(
  queue: OpenQueue,
  running: readonly number[],
  { ref, io }: { ref: string; io: Io },
): Promise<Pick<Stopped, "ended" | "late" | "abandoned">> {
  if (running.length === 0) return { ended: [], late: [], abandoned: [] };
  say(io, `Waiting for the end of the turn of ${ref}.`);
  const { untilOver } = await import("./until-over.ts");
  const { late: unfinished, abandoned } = await untilOver(queue, running);
  if (unfinished.length > 0) {
    throw new KugetsuError("unavailable", `The turn of ${ref} was told to end, but still runs.`, {
      hint: "It ends as soon as it can; the same command again waits for it again.",
    });
  }
  const ended: number[] = [];
  const late: number[] = [];
  for (const id of running) {
    const job = await queue.store.get(id);
    if (job?.state === "stopped") ended.push(id);
    else if (!abandoned.includes(id)) late.push(id);
  }
  return { ended, late, abandoned };
}

/** A ref with a slip of the pen is a valid one. */
async function nameOthers({ store }: OpenQueue, io: Io): Promise<void> {
  const running = await store.list({ states: ["running"], lanes: ["dev", "pm"], limit: 10 });
  if (running.length > 0) say(io, `What runs: ${running.map(({ ref }) => ref).join(", ")}.`);
}

async function sayIfUnserved(queue: OpenQueue, io: Io): Promise<void> {
  const { isServed } = await import("./served.ts");
  if (!(await isServed(queue.leases)))
    say(io, "No server runs: the next one tells it in the issue.");
}

function say(io: Io, message: string): void {
  io.stderr.write(`kugetsu: ${message}\n`);
}
