import type { TurnSummary } from "../../handlers/handler.ts";
import type { Job } from "../../jobs/job.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { failureOf, forTerminal, showSummary } from "../../orders/show.ts";
import type { Io } from "../command.ts";
import { printableJson } from "../printable.ts";
import type { OpenOrders } from "./open.ts";

/** Prints what an order brought. @throws KugetsuError `failed` where it did not finish */
export async function tellResult(
  { sessions }: OpenOrders,
  job: Job,
  { json }: { readonly json: boolean },
  { stdout }: Io,
): Promise<void> {
  const result = job.notes["result"] as TurnSummary | undefined;
  const session = await sessions.get(job.ref);
  const worktree = session?.kind === "forked" ? session.worktreePath : undefined;
  const failure = job.state === "done" ? undefined : failureOf(job, result);
  if (json) stdout.write(`${printableJson(facts(job, result, worktree, failure))}\n`);
  else if (result !== undefined) {
    const text = result.text === "" ? "" : `${forTerminal(result.text)}\n\n`;
    stdout.write(`${text}${showSummary(result, worktree === undefined ? {} : { worktree })}`);
  } else if (failure === undefined) stdout.write(`${forTerminal(job.words ?? "")}\n`);
  else for (const ref of clearedOf(job)) stdout.write(`kept:         ${forTerminal(ref)}\n`);
  if (failure !== undefined)
    throw new KugetsuError("failed", failure, adviceFor(job, session !== undefined));
}

/** Where the work of the earlier session is kept that a start has taken leave of. */
function clearedOf({ notes }: Job): readonly string[] {
  return (notes["cleared"] as readonly string[] | undefined) ?? [];
}

function adviceFor({ ref, verb, state }: Job, isThere: boolean): { hint?: string } {
  if (verb === "delegate") return {};
  if (!isThere) return { hint: `\`kugetsu start ${ref} MESSAGE\` tries again.` };
  const again = `\`kugetsu continue ${ref} MESSAGE\` goes on from here.`;
  return { hint: state === "stopped" ? `Its work is kept. ${again}` : again };
}

function facts(
  job: Job,
  result: TurnSummary | undefined,
  worktree: string | undefined,
  failure: string | undefined,
) {
  return {
    job: job.id,
    ref: job.ref,
    state: job.state,
    ...(failure === undefined ? {} : { error: failure }),
    text: result?.text ?? "",
    session_id: result?.session,
    worktree_path: worktree,
    branch: result?.branch,
    pushed: result?.pushed,
    pull_request: result?.pull,
    commits: result?.commits,
    kept: result?.kept ?? clearedOf(job),
    notes: result?.notes ?? [],
    duration_ms: result?.durationMs,
    tokens: result?.tokens,
    cost_usd: result?.cost,
  };
}
