import { counted } from "../counted.ts";
import type { JobStore } from "../jobs/job-store.ts";
import type { LeaseStore } from "../kugetsu/db/leases.ts";

/** What a queued order waits for, in words; empty when it is about to begin. */
export async function whyItWaits(
  store: JobStore,
  jobId: number,
  leases?: LeaseStore,
): Promise<string> {
  const [pause, open] = await Promise.all([
    store.paused(),
    store.list({ states: ["received", "queued", "running"], lanes: ["dev", "pm"] }),
  ]);
  const job = open.find(({ id }) => id === jobId);
  if (job === undefined || job.state === "running") return "";
  if (pause !== undefined) return "the bot is paused; `kugetsu resume` lets turns begin";
  const before = open.filter(({ id, ref }) => id < jobId && ref === job.ref);
  if (before.some(({ state }) => state === "running")) return `a turn of ${job.ref} runs`;
  if (before.length > 0) return counted(before, "earlier order waits", "earlier orders wait");
  const holder = (await leases?.live())?.find(
    ({ resource, kind }) => resource === job.ref && (kind === "admin" || kind === "export"),
  );
  if (holder !== undefined) return `another kugetsu (process ${holder.pid}) is in its session`;
  const running = open.filter(({ state, lane }) => state === "running" && lane === job.lane);
  return running.length === 0 ? "" : `${counted(running, "agent is", "agents are")} at work`;
}
