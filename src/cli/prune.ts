import { counted } from "../counted.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Orphan } from "../kugetsu/prune/orphan.ts";
import type { Pruned } from "../kugetsu/prune/prune.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand, Io } from "./command.ts";
import { existingHome } from "./existing-home.ts";
import { printable, printableJson } from "./printable.ts";
import { workWords } from "./work-words.ts";

/** `kugetsu prune` */
export const prune: CliCommand = {
  summary: "show what belongs to no session, and with --force remove it",
  usage: `Usage: kugetsu prune [--force] [-y] [--json]

Shows orphans: session files, worktrees, private repositories, opencode data and temp directories that no session
has, worktree registrations and lock files that were left behind, temporary files, and claims of dead processes.
Never the base session, the PM agent or a mirror, and nothing that a running process uses.

  --force    remove them; unpushed work of a worktree is kept first, and \`kugetsu list --kept\` names it
  -y, --yes  accepted, and not needed: nothing is asked
  --json     print an array of objects: kind, path, issue_ref, unpushed (commits, uncommitted, unreadable, or null),
             outcome (found, removed, in_use, failed), kept, failure`,
  async run(args, io) {
    const { values } = parseArguments(
      args,
      {
        force: { type: "boolean" },
        yes: { type: "boolean", short: "y" },
        json: { type: "boolean" },
      },
      { max: 0 },
    );
    const { force = false, json = false } = values;
    const home = existingHome(io);
    if (home.database === undefined && !home.hasIndex) {
      if (json) io.stdout.write("[]\n");
      io.stderr.write(`kugetsu: There is nothing to prune: no kugetsu is in ${home.path} yet.\n`);
      return;
    }
    const { openExisting } = await import("./open-existing.ts");
    await using kugetsu = await openExisting(io);
    const pruned = await kugetsu.prune({ force });
    if (force) {
      const { createJobStore } = await import("../jobs/job-store.ts");
      const { reportEnd } = await import("../handlers/report-end.ts");
      // The orders of the processes whose claims are gone now.
      await createJobStore({ db: kugetsu.database }).recover(reportEnd);
    }
    if (json) io.stdout.write(`${printableJson(pruned.flatMap(toJson))}\n`);
    else io.stdout.write(pruned.map((one) => words(one, home.path)).join(""));
    tell(pruned, force, io);
  },
};

const KINDS: Readonly<Record<Orphan["kind"], string>> = {
  session: "session, half destroyed",
  session_file: "session file",
  worktree: "worktree",
  private_repository: "private repository",
  agent_data: "opencode data",
  temp_directory: "temp directory",
  registration: "worktree registration",
  lock: "lock file",
  temp_file: "temporary file",
  socket: "socket",
  lease: "claim of a dead process",
};

function words({ orphans, outcome, kept, failure }: Pruned, home: string): string {
  const lines = orphans.map(({ kind, path, ref, work }) => {
    const what = work === undefined ? undefined : workWords(work);
    const more = [
      ...(path !== undefined && ref !== undefined ? [ref] : []),
      ...(what === undefined ? [] : [`holds ${what}`]),
      ...(outcome === "in_use" ? ["in use, left alone"] : []),
      ...(failure === undefined ? [] : [`could not be removed: ${failure}`]),
    ];
    const end = more.length === 0 ? "" : ` (${more.join("; ")})`;
    return `${outcome === "removed" ? "removed " : ""}${KINDS[kind]} ${path ?? ref ?? ""}${end}`;
  });
  const where = kept.map(
    (name) => `  kept its work: ${name.startsWith("refs/") ? name : `${home}/${name}`}`,
  );
  return [...lines, ...where].map((line) => `${printable(line)}\n`).join("");
}

function toJson({ orphans, outcome, kept, failure }: Pruned) {
  return orphans.map(({ kind, path, ref, work }, index) => ({
    kind,
    path: path ?? null,
    issue_ref: ref ?? null,
    unpushed: work ?? null,
    outcome,
    kept: index === 0 ? kept : [],
    failure: failure ?? null,
  }));
}

/** @throws KugetsuError when something could not be removed */
function tell(pruned: readonly Pruned[], force: boolean, io: Io): void {
  if (pruned.length === 0) io.stderr.write("kugetsu: There is nothing to prune.\n");
  else if (!force) {
    const orphans = pruned.flatMap((one) => one.orphans);
    io.stderr.write(
      `kugetsu: ${counted(orphans, "orphan", "orphans")}. \`kugetsu prune --force\` removes ${orphans.length === 1 ? "it" : "them"}, and keeps unpushed work first.\n`,
    );
  }
  if (pruned.some(({ kept }) => kept.length > 0))
    io.stderr.write("kugetsu: `kugetsu list --kept` shows the work that was kept.\n");
  const failed = pruned.filter(({ outcome }) => outcome === "failed");
  if (failed.length > 0) {
    throw new KugetsuError(
      "failed",
      `${counted(failed, "orphan", "orphans")} could not be removed.`,
      {
        hint: "See whose they are, and whether the disk has room; the same command tries again.",
      },
    );
  }
}
