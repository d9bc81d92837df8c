import type { RunningJob } from "../jobs/request-stop.ts";
import type { Lease, LeaseStore } from "../kugetsu/db/leases.ts";

/** The leases whose owner is alive. */
export async function livingLeases(leases: LeaseStore): Promise<Lease[]> {
  const dead = await leases.dead();
  const isDead = (one: Lease) =>
    dead.some(({ resource, marker }) => resource === one.resource && marker === one.marker);
  return (await leases.live()).filter((lease) => !isDead(lease));
}

/** Whether the process that works on a job is alive. */
export function isHeld(job: RunningJob, living: readonly Lease[]): boolean {
  return living.some(({ resource, marker }) => resource === job.resource && marker === job.marker);
}

/** The lease of the server that works on the home, of those that are held by the living. */
export function serverOf(living: readonly Lease[]): Lease | undefined {
  return living.find(({ kind }) => kind === "server");
}

/** Whether a server works on this home. */
export async function isServed(leases: LeaseStore): Promise<boolean> {
  return serverOf(await livingLeases(leases)) !== undefined;
}
