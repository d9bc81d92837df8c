import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { KugetsuError } from "../../kugetsu/errors.ts";
import type { PlacedOrder } from "../../orders/order.ts";
import type { Io } from "../command.ts";
import { livingLeases } from "../served.ts";
import type { OpenOrders } from "./open.ts";
import { orderLease } from "./lease.ts";
import { stopFromHere } from "./own-work.ts";

const EVERY_MS = 50;
const LONGEST_MS = 30_000;

/**
 * Starts a process of its own that works the order off, and returns once it has it.
 * @throws KugetsuError `failed` when it does not come up; the order is taken back then
 */
export async function detach(orders: OpenOrders, { job }: PlacedOrder, io: Io): Promise<void> {
  const program = process.argv[1] ?? "";
  const child = execa(process.execPath, [...process.execArgv, program, "run-job", String(job)], {
    detached: true,
    cleanup: false,
    stdio: "ignore",
    env: { ...io.env },
    extendEnv: false,
    reject: false,
  });
  const ended = child.then(() => true);
  const deadline = performance.now() + LONGEST_MS;
  while (performance.now() < deadline) {
    const living = await livingLeases(orders.leases);
    if (living.some(({ resource }) => resource === orderLease(job))) return;
    if (await Promise.race([ended, delay(EVERY_MS, false)])) break;
  }
  const state = await orders.store.stateOf(job);
  if (state === "running" || state === "done") return;
  await stopFromHere(orders, job);
  throw new KugetsuError("failed", "The process that is to work the order off did not come up.", {
    hint: "The same command without --detach says why.",
  });
}
