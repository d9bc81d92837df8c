import { parseArguments } from "../cli/arguments.ts";
import { UsageError } from "../cli/command.ts";
import type { TurnSummary } from "../handlers/handler.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { parseRef, printRef, printRepository } from "../kugetsu/ref.ts";
import { PM_AGENT } from "../kugetsu/session/core.ts";
import { followOrder, followWith } from "../orders/follow.ts";
import { createView } from "../orders/view.ts";
import { failureOf, showEntry, showSummary } from "../orders/show.ts";
import { turnLogPath } from "../turn-log/path.ts";
import { openTurnLogReader } from "../turn-log/read.ts";
import type { PmDeskOptions, PmOutput } from "./desk.ts";

export const PM_HELP = `Usage: kugetsu start REF MESSAGE [--detach]     a developer agent begins to work on REF, anew
       kugetsu continue REF [MESSAGE] [--detach] it goes on in its conversation and worktree
       kugetsu list [--json]                     the sessions
       kugetsu logs REF [--wait]                 what the last turn did; --wait: until it is over
       kugetsu status [REF]                      what runs and what waits

REF is instance/user/repo#number. \`start\` and \`continue\` wait for the end of the turn, which takes minutes, and print
the agent's report; with --detach they return at once.
`;

type PmVerb = (args: readonly string[], desk: PmDeskOptions, output: PmOutput) => Promise<void>;

const DETACH = { detach: { type: "boolean" } } as const;

const start: PmVerb = (args, desk, output) => order("start", args, desk, output);
const goOn: PmVerb = (args, desk, output) => order("continue", args, desk, output);

/** All that a PM agent can do. Never `env`, `config` or `destroy`. */
export const PM_VERBS = { start, continue: goOn, list, logs, status };

async function order(
  verb: "start" | "continue",
  args: readonly string[],
  desk: PmDeskOptions,
  output: PmOutput,
): Promise<void> {
  const { values, positionals } = parseArguments(args, DETACH, { max: 2 });
  const [, message = ""] = positionals;
  const ref = refOf(positionals[0], desk);
  if (verb === "start" && message.trim() === "") throw new UsageError("`start` needs a message.");
  if ((await desk.turnsLeft()) <= 0)
    throw new KugetsuError("forbidden", `${desk.job.actor.login} has no turn left for today.`);
  const { actor, id } = desk.job;
  const placed = await desk.place({ verb, ref, message, by: actor, parent: id });
  output.err(`kugetsu: job ${placed.job} waits for its turn: ${placed.ref}\n`);
  if (values.detach === true) {
    output.out(`job ${placed.job}\n`);
    return;
  }
  await tellEnd(placed.job, desk, output);
}

async function list(args: readonly string[], desk: PmDeskOptions, output: PmOutput): Promise<void> {
  const { values } = parseArguments(args, { json: { type: "boolean" } }, { max: 0 });
  const sessions = (await desk.sessions()).filter(
    ({ kind, ref }) => kind === "forked" && mayAct(desk, ref),
  );
  const rows = sessions.map(({ ref, state, branch }) => ({ issue_ref: ref, state, branch }));
  if (values.json === true) output.out(`${JSON.stringify(rows)}\n`);
  else if (rows.length === 0) output.err("kugetsu: There is no session yet.\n");
  else
    output.out(rows.map((row) => `${row.issue_ref}  ${row.state}  ${row.branch ?? ""}\n`).join(""));
}

async function logs(args: readonly string[], desk: PmDeskOptions, output: PmOutput): Promise<void> {
  const { values, positionals } = parseArguments(args, { wait: { type: "boolean" } }, { max: 1 });
  const ref = refOf(positionals[0], desk);
  const known = await desk.store.spelled(ref);
  const [job] = await desk.store.list({ ref: known, lanes: ["dev"], limit: 1 });
  if (job === undefined) throw new KugetsuError("not_found", `${ref} had no turn yet.`);
  if (values.wait === true) {
    await tellEnd(job.id, desk, output);
    return;
  }
  await using reader = openTurnLogReader(turnLogPath(desk.logs, job.id));
  for await (const entry of reader.more()) output.out(showEntry(entry, { debug: false }));
  output.out(`job ${job.id}: ${job.state}\n`);
}

async function status(
  args: readonly string[],
  desk: PmDeskOptions,
  output: PmOutput,
): Promise<void> {
  const { positionals } = parseArguments(args, {}, { max: 1 });
  const ref =
    positionals[0] === undefined
      ? undefined
      : await desk.store.spelled(refOf(positionals[0], desk));
  const open = await desk.store.list({
    ...(ref === undefined ? {} : { ref }),
    states: ["queued", "running"],
    lanes: ["dev"],
  });
  const mine = open.filter((job) => mayAct(desk, job.ref));
  if (mine.length === 0) output.out("Nothing runs and nothing waits.\n");
  for (const job of mine) output.out(`job ${job.id}  ${job.ref}  ${job.state}\n`);
}

/** Prints what the agent does, and in the end its report. @throws KugetsuError `failed` where it did not finish */
async function tellEnd(jobId: number, desk: PmDeskOptions, output: PmOutput): Promise<void> {
  const { store, logs: directory } = desk;
  const news = followOrder({ store, logs: directory, job: jobId, signal: output.signal });
  const job = await followWith(news, createView(output.err, { debug: false }));
  const result = job.notes["result"] as TurnSummary | undefined;
  if (result !== undefined) output.out(`${result.text}\n\n${showSummary(result, {})}`);
  if (job.state !== "done") throw new KugetsuError("failed", failureOf(job, result));
}

/** @throws KugetsuError `forbidden` for another repository than the one that the order came from */
function refOf(text: string | undefined, desk: PmDeskOptions): string {
  if (text === undefined) throw new UsageError("An issue ref is missing.");
  const ref = printRef(parseRef(text));
  if (mayAct(desk, ref)) return ref;
  throw new KugetsuError("forbidden", "This order is for one repository alone.", {
    hint: `It came from ${desk.job.ref}.`,
  });
}

/** The operator's own order is for every repository. */
function mayAct({ job }: PmDeskOptions, ref: string): boolean {
  if (job.ref === PM_AGENT) return true;
  const own = printRepository(parseRef(job.ref)).toLowerCase();
  return printRepository(parseRef(ref)).toLowerCase() === own;
}
