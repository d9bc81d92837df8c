import { counted } from "../counted.ts";
import type { JobStore } from "../jobs/job-store.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import type { ListedSession } from "../kugetsu/session/list.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand, Io } from "./command.ts";
import { targetOf } from "./destroy-target.ts";
import { printable, printableJson } from "./printable.ts";

/** `kugetsu destroy REF` */
export const destroy: CliCommand = {
  summary: "remove a session, its worktree and its opencode data; unpushed work is kept",
  usage: `Usage: kugetsu destroy REF [-y] [--json]
       kugetsu destroy --pm-agent [-y] [--json]
       kugetsu destroy --base [-y] [--json]

Removes the session of the issue REF (instance/user/repo#number): worktree, private repository, session file and
opencode data, and takes back the orders that wait for it. Unpushed commits and uncommitted changes are kept first;
\`kugetsu list --kept\` names them. What an earlier destroy left half done is finished. While a turn of it runs, it
refuses.

  --pm-agent  the PM agent, with the PM sessions of all repositories
  --base      the base session, and with it all that --pm-agent names; the sessions of issues stay
  -y, --yes   do not ask
  --json      print {"destroyed", "kept", "taken_back"}: refs of sessions, where work was kept, how many orders`,
  async run(args, io) {
    const { values, positionals } = parseArguments(
      args,
      {
        "pm-agent": { type: "boolean" },
        base: { type: "boolean" },
        yes: { type: "boolean", short: "y" },
        json: { type: "boolean" },
      },
      { max: 1 },
    );
    const target = targetOf(positionals[0], values);
    const { openExisting } = await import("./open-existing.ts");
    const { createJobStore } = await import("../jobs/job-store.ts");
    await using kugetsu = await openExisting(io);
    const store = createJobStore({ db: kugetsu.database });
    const sessions = (await kugetsu.list()).filter(target.includes);
    if (sessions.length === 0) {
      const what = target.name.startsWith("the ") ? target.name : `session for ${target.name}`;
      throw new KugetsuError("not_found", `There is no ${what.replace(/^the /, "")}.`, {
        hint: "`kugetsu list` shows what there is.",
      });
    }
    if (values.yes !== true) {
      const { confirm } = await import("./confirm.ts");
      // Whoever cannot be asked need not wait for the facts.
      const question = io.stdin.isTTY ? await ask(kugetsu, store, sessions) : "";
      await confirm(question, io);
    }
    const done = await destroyAll(kugetsu, store, sessions);
    if (values.json === true) io.stdout.write(`${printableJson(done)}\n`);
    else io.stdout.write(words(done, kugetsu.home.root));
    if (done.taken_back > 0) await sayIfUnserved(kugetsu, io);
  },
};

interface Done {
  readonly destroyed: readonly string[];
  /** Names of git refs, and paths in the home. */
  readonly kept: readonly string[];
  readonly taken_back: number;
}

async function destroyAll(
  kugetsu: Kugetsu,
  store: JobStore,
  sessions: readonly ListedSession[],
): Promise<Done> {
  const [{ OPERATOR }, { reportEnd }, { ordersOf }, { releaseElsewhere }] = await Promise.all([
    import("../jobs/stop.ts"),
    import("../handlers/report-end.ts"),
    import("./orders-of.ts"),
    import("./release-elsewhere.ts"),
  ]);
  await using held = new AsyncDisposableStack();
  // All of them before the first one goes: nothing is done by halves since one of them runs.
  for (const { ref } of sessions) held.use(await kugetsu.hold(ref));
  const refs = new Set(sessions.map(({ ref }) => ref));
  // What runs by its row ran in a process that is dead, or the lease could not be held.
  const orders = await ordersOf(store, refs, ["received", "queued", "running"]);
  for (const { id } of orders) await store.stop(id, OPERATOR, reportEnd);
  await store.recover(reportEnd);
  const kept: string[] = [];
  // The base session last: the others hang on it.
  for (const { ref } of sessions.toReversed()) {
    await releaseElsewhere(kugetsu.home.root, ref);
    kept.push(...(await kugetsu.destroy(ref)).kept);
  }
  return { destroyed: [...refs], kept, taken_back: orders.length };
}

/** What goes, for the one who is asked. @throws KugetsuError `conflict` when a turn of it runs */
async function ask(
  kugetsu: Kugetsu,
  store: JobStore,
  sessions: readonly ListedSession[],
): Promise<string> {
  const { workWords } = await import("./work-words.ts");
  const { ordersOf } = await import("./orders-of.ts");
  const lines = [];
  for (const { ref, kind, state, worktreePath, branch } of sessions) {
    // Asked for and given back at once: there is no use in a question whose yes cannot be carried out.
    if (state === "running") await (await kugetsu.hold(ref))[Symbol.asyncDispose]();
    lines.push(`This destroys the session ${kind === "forked" ? ref : `(${ref})`}:`);
    if (worktreePath !== undefined) lines.push(`  worktree  ${worktreePath}`);
    if (branch !== undefined) lines.push(`  branch    ${branch} (what is on the forge stays)`);
    if (kind !== "forked") continue;
    const work = workWords(await kugetsu.unpushed(ref));
    lines.push(`  unpushed  ${work === undefined ? "nothing" : `${work}, which will be kept`}`);
  }
  const refs = new Set(sessions.map(({ ref }) => ref));
  const orders = await ordersOf(store, refs, ["received", "queued"]);
  if (orders.length > 0)
    lines.push(`  orders    ${counted(orders, "waits and is", "wait and are")} taken back`);
  return [...lines.map(printable), "Go on?"].join("\n");
}

function words({ destroyed, kept, taken_back }: Done, home: string): string {
  const orders =
    taken_back === 0
      ? ""
      : ` Took back ${taken_back} waiting ${taken_back === 1 ? "order" : "orders"}.`;
  const where = kept.map((name) => `  ${name.startsWith("refs/") ? name : `${home}/${name}`}\n`);
  return [
    `Destroyed ${destroyed.join(", ")}.${orders}\n`,
    ...(where.length === 0
      ? []
      : ["Kept its unpushed work, see `kugetsu list --kept`:\n", ...where]),
  ].join("");
}

async function sayIfUnserved({ leases }: Kugetsu, io: Io): Promise<void> {
  const { isServed } = await import("./served.ts");
  if (!(await isServed(leases)))
    io.stderr.write("kugetsu: No server runs: the next one tells it in the issue.\n");
}
