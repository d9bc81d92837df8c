import { parseArguments } from "./arguments.ts";
import type { CliCommand } from "./command.ts";
import { counted } from "../counted.ts";

/** `kugetsu resume` */
export const resume: CliCommand = {
  summary: "end the pause: what waits begins",
  usage: `Usage: kugetsu resume [--json]

Ends what \`kugetsu pause\` began. A running server goes on within a second, in the order in which things were asked for.

  --json  print {"resumed", "since", "waiting"}: whether it was paused, since when (else null), how many orders wait`,
  async run(args, io) {
    const { values } = parseArguments(args, { json: { type: "boolean" } }, { max: 0 });
    const { openQueue } = await import("./open-queue.ts");
    const { isServed } = await import("./served.ts");
    using queue = await openQueue(io);
    const pause = await queue.store.resume();
    const waiting = await queue.store.list({
      states: ["received", "queued"],
      lanes: ["dev", "pm"],
    });
    const since = pause === undefined ? undefined : new Date(pause.pausedAt).toISOString();
    if (values.json === true) {
      const facts = {
        resumed: pause !== undefined,
        since: since ?? null,
        waiting: waiting.length,
      };
      io.stdout.write(`${JSON.stringify(facts)}\n`);
    } else {
      const orders = counted(waiting, "order waits", "orders wait");
      const what =
        since === undefined ? "It was not paused" : `Resumed; it was paused since ${since}`;
      io.stdout.write(`${what}. ${orders}.\n`);
    }
    if (waiting.length > 0 && !(await isServed(queue.leases)))
      io.stderr.write("kugetsu: No server runs: what waits begins when one is started.\n");
  },
};
