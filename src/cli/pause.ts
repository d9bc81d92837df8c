import type { JobStore } from "../jobs/job-store.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand } from "./command.ts";
import { counted } from "../counted.ts";
import type { OpenQueue } from "./open-queue.ts";
import { isHeld, livingLeases } from "./served.ts";

/** `kugetsu pause` */
export const pause: CliCommand = {
  summary: "let no turn begin until `kugetsu resume`",
  usage: `Usage: kugetsu pause [--stop] [--json]

No turn begins from now on, in whatever process and also after a restart, until \`kugetsu resume\`. Orders are
accepted and wait in their order; \`status\`, \`stop\` and \`help\` are answered. Turns that run go on to their end.

  --stop  stop the turns that run, too, and wait until they are over. Their work is kept; they go on after \`resume\`.
  --json  print {"since", "already", "running", "stopped"}: since when it is paused, whether it was before, how many
          turns still run, how many were stopped`,
  async run(args, io) {
    const { values } = parseArguments(
      args,
      { stop: { type: "boolean" }, json: { type: "boolean" } },
      { max: 0 },
    );
    const endsTurns = values.stop === true;
    const { openQueue } = await import("./open-queue.ts");
    const { untilOver } = await import("./until-over.ts");
    using queue = await openQueue(io);
    const { store } = queue;
    const { pausedAt, already } = await store.pause({ endsTurns });
    const ids = await alive(queue);
    if (endsTurns && ids.length > 0) {
      io.stderr.write(`kugetsu: Waiting for the end of ${counted(ids, "turn", "turns")}.\n`);
      const { late } = await untilOver(queue, ids);
      if (late.length > 0) {
        throw new KugetsuError(
          "unavailable",
          `It is paused, but ${counted(late, "turn that was told to end still runs", "turns that were told to end still run")}.`,
          { hint: "They end as soon as they can; the same command again waits for them again." },
        );
      }
    }
    const since = new Date(pausedAt).toISOString();
    const runs = endsTurns ? [] : ids;
    const stopped = endsTurns ? await unfinished(store, ids) : [];
    if (values.json === true) {
      const facts = { since, already, running: runs.length, stopped: stopped.length };
      io.stdout.write(`${JSON.stringify(facts)}\n`);
      return;
    }
    const sentences = [
      already ? `Paused already, since ${since}.` : "Paused.",
      "No turn begins until `kugetsu resume`.",
      ...(runs.length > 0
        ? [
            `${counted(runs, "running turn goes", "running turns go")} on to the end; --stop stops what runs.`,
          ]
        : []),
      ...(stopped.length > 0
        ? [
            `Stopped ${counted(stopped, "running turn, which goes", "running turns, which go")} on after \`kugetsu resume\`.`,
          ]
        : []),
    ];
    io.stdout.write(`${sentences.join(" ")}\n`);
  },
};

/** The turns that run, in a process that is there. */
async function alive({ store, leases }: OpenQueue): Promise<number[]> {
  const listed = await store.list({ states: ["running"], lanes: ["dev", "pm"] });
  const running = await store.stillRunning(listed.map(({ id }) => id));
  const living = await livingLeases(leases);
  return running.filter((job) => isHeld(job, living)).map(({ id }) => id);
}

/** Those that did not come to their own end meanwhile. */
async function unfinished(store: JobStore, jobIds: readonly number[]): Promise<number[]> {
  const jobs = await Promise.all(jobIds.map((id) => store.get(id)));
  return jobs.flatMap((job) => (job === undefined || job.finishedAt !== undefined ? [] : [job.id]));
}
