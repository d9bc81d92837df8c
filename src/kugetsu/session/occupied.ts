import { holdLease, type LeaseDesk } from "../db/hold.ts";
import type { Lease } from "../db/leases.ts";
import { KugetsuError } from "../errors.ts";
import { BASE, PM_AGENT, type Core } from "./core.ts";
import { isTurn } from "./states.ts";

/** Keeps turns, and whoever else works on sessions, out of these ones. @throws KugetsuError `conflict` */
export async function occupy(core: Core, refs: readonly string[]): Promise<AsyncDisposable> {
  await using taken = new AsyncDisposableStack();
  for (const ref of refs) {
    const { held, by } = await core.hold(ref, "admin");
    if (held === undefined) throw occupied(by);
    taken.use(held);
  }
  return taken.move();
}

/**
 * The same for whoever removes a session. A turn whose process is dead does not stand in the way, after what it left
 * running has been ended.
 *
 * @throws KugetsuError `conflict`
 */
export async function occupyToRemove(desk: LeaseDesk, ref: string): Promise<AsyncDisposable> {
  const { held, by } = await holdLease(desk, { resource: ref, kind: "admin", evenOfTurns: true });
  if (held === undefined) throw occupied(by);
  return held;
}

/** Says who is at work in a session. */
export function occupied({ resource, kind, pid, host }: Lease): KugetsuError {
  if (isTurn(kind)) {
    return new KugetsuError("conflict", `A turn of ${resource} runs.`, {
      hint: `\`kugetsu logs ${resource}\` shows it, \`kugetsu stop ${resource}\` ends it.`,
    });
  }
  const what =
    resource === BASE ? "The base session" : resource === PM_AGENT ? "The PM agent" : resource;
  return new KugetsuError("conflict", `${what} is in use by another kugetsu.`, {
    hint: `It is process ${pid} on ${host}: wait until it is done, or leave opencode there.`,
  });
}
