import { parseArguments } from "./arguments.ts";
import { type CliCommand, UsageError } from "./command.ts";

/** `kugetsu run-job JOB`: what `--detach` starts where no server runs. */
export const runJob: CliCommand = {
  summary: "work off one waiting order (what --detach starts)",
  usage: `Usage: kugetsu run-job JOB

Works off the order JOB, which \`start\`, \`continue\` or \`delegate\` has queued with --detach, and no other.`,
  async run(args, io) {
    const [text] = parseArguments(args, {}, { max: 1 }).positionals;
    const job = Number(text);
    if (!Number.isSafeInteger(job) || job < 1)
      throw new UsageError("`run-job` needs the number of a job.");
    const { openOrders } = await import("./order/open.ts");
    const { openOwnWork } = await import("./order/own-work.ts");
    const { followOrder, followWith } = await import("../orders/follow.ts");
    const { listenForSignals } = await import("./signals.ts");
    const signals = listenForSignals(io);
    try {
      await using orders = await openOrders(io);
      await using own = await openOwnWork(orders, { debug: false }, io);
      await own.workOff(job);
      const { logs } = orders.home;
      const gone = new AbortController();
      const end = async () => {
        // A machine that goes down interrupts the turn; a person who presses Ctrl-C stops it.
        if ((await signals.first) === "SIGINT") await own.stop(job);
        else gone.abort();
      };
      end().catch(() => {
        gone.abort();
      });
      const news = followOrder({ store: orders.store, logs, job, signal: gone.signal });
      try {
        await followWith(news, () => undefined);
        await own.childrenOver(() => undefined);
      } catch (error) {
        if (!gone.signal.aborted) throw error;
      }
    } finally {
      signals.end();
    }
  },
};
