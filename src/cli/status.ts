import type { JobSummary } from "../jobs/job.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand } from "./command.ts";

/** `kugetsu status` */
export const status: CliCommand = {
  summary: "show whether a server runs, and what is worked on and waits",
  usage: `Usage: kugetsu status [--json]

  --json  print {"server", "paused_since", "jobs": [{"job", "ref", "verb", "state", "since", "attended"}], "messages": {"due", "dead"}}`,
  async run(args, io) {
    const { values } = parseArguments(args, { json: { type: "boolean" } }, { max: 0 });
    const { openQueue } = await import("./open-queue.ts");
    const { livingLeases, serverOf } = await import("./served.ts");
    const { isAttended } = await import("./order/lease.ts");
    using queue = await openQueue(io);
    const { store, leases } = queue;
    const { createOutboxStore } = await import("../jobs/outbox.ts");
    const said = await createOutboxStore({ db: queue.database, intervalMs: 0 }).counts();
    const living = await livingLeases(leases);
    const server = serverOf(living);
    const pause = await store.paused();
    const open = await store.list({
      states: ["received", "queued", "running"],
      lanes: ["dev", "pm"],
    });
    const attended = (job: JobSummary) =>
      server !== undefined ||
      isAttended(living, job.id) ||
      living.some(({ resource }) => resource === job.ref);
    if (values.json === true) {
      const jobs = open.toReversed().map((job) => ({
        job: job.id,
        ref: job.ref,
        verb: job.verb ?? job.word,
        state: job.state,
        since: new Date(job.startedAt ?? job.createdAt).toISOString(),
        attended: attended(job),
      }));
      const paused = pause === undefined ? null : new Date(pause.pausedAt).toISOString();
      const facts = {
        server: server === undefined ? null : { pid: server.pid },
        paused_since: paused,
        jobs,
        messages: said,
      };
      io.stdout.write(`${JSON.stringify(facts)}\n`);
      return;
    }
    const lines = [
      server === undefined
        ? "No server runs on this home."
        : `A server runs on this home (process ${server.pid}).`,
      ...(pause === undefined
        ? []
        : [
            `Paused since ${new Date(pause.pausedAt).toISOString()}: \`kugetsu resume\` ends that.`,
          ]),
      ...(said.dead === 0
        ? []
        : [
            `Not said to the forge: ${said.dead} given up. \`kugetsu doctor\` says which, and why.`,
          ]),
      ...(open.length === 0 ? ["Nothing runs and nothing waits."] : []),
      ...open.toReversed().map((job) => {
        const doing = job.state === "running" ? "runs" : "waits";
        const alone = attended(job) ? "" : ", and nobody works it off: `kugetsu serve` does";
        return `job ${job.id}  ${job.ref}  ${job.verb ?? job.word} ${doing}${alone}`;
      }),
    ];
    io.stdout.write(`${lines.join("\n")}\n`);
  },
};
