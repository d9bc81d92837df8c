import type { Lease } from "../db/leases.ts";
import { KugetsuError } from "../errors.ts";
import { BASE, PM_AGENT, type Core } from "./core.ts";

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

/** Says who is at work in a session. */
export function occupied({ resource, kind, pid, host }: Lease): KugetsuError {
  if (kind === "dev" || kind === "pm") {
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
