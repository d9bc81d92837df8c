import { reportEnd } from "../../handlers/report-end.ts";
import { OPERATOR } from "../../jobs/stop.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { parseRef, printRef } from "../../kugetsu/ref.ts";
import { isServed, livingLeases } from "../served.ts";
import type { OpenOrders } from "./open.ts";
import { orderLease } from "./lease.ts";

/**
 * Without a server, ends the orders of an issue that a process of the command line left behind when it was killed:
 * nobody works them off, and later ones would wait behind them for ever.
 * @throws KugetsuError `conflict` where an order from a comment waits: that one belongs to the server
 */
export async function endAbandoned(orders: OpenOrders, typed: string): Promise<void> {
  const { store, leases } = orders;
  if (await isServed(leases)) return;
  const ref = printRef(parseRef(typed));
  const living = new Set((await livingLeases(leases)).map(({ resource }) => resource));
  const waiting = await store.list({ ref, states: ["received", "queued"], lanes: ["dev", "pm"] });
  for (const { id } of waiting) {
    const job = await store.get(id);
    if (job === undefined || living.has(orderLease(id))) continue;
    if (job.origin === undefined) {
      throw new KugetsuError("conflict", `An order from a comment waits for ${ref} (job ${id}).`, {
        hint: "`kugetsu serve` works it off; `kugetsu stop REF --all` takes it back.",
      });
    }
    await store.stop(id, OPERATOR, reportEnd);
  }
}
