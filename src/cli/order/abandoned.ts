import { reportEnd } from "../../handlers/report-end.ts";
import { OPERATOR } from "../../jobs/stop.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { isServed, livingLeases } from "../served.ts";
import { isAttended } from "./lease.ts";
import type { OpenOrders } from "./open.ts";

/**
 * Without a server, ends the orders of a session that a process of the command line left behind when it was killed:
 * nobody works them off, and later ones would wait behind them for ever. The caller holds the placing of the ref.
 * @throws KugetsuError `conflict` where an order waits that was given to the server: only that one may work it off
 */
export async function endAbandoned(orders: OpenOrders, ref: string): Promise<void> {
  const { store, leases } = orders;
  if (await isServed(leases)) return;
  const living = await livingLeases(leases);
  const waiting = await store.list({ ref, states: ["received", "queued"], lanes: ["dev", "pm"] });
  for (const { id } of waiting) {
    const job = await store.get(id);
    if (job === undefined || isAttended(living, id)) continue;
    if (job.unserved !== true) {
      throw new KugetsuError(
        "conflict",
        `An order that the server has waits for ${ref} (job ${id}).`,
        {
          hint: `\`kugetsu serve\` works it off; \`kugetsu stop ${ref} --all\` takes it back.`,
        },
      );
    }
    await store.stop(id, OPERATOR, reportEnd);
  }
}
