import type { Job } from "./job.ts";

/**
 * Whether nothing of a job is said in the issue: it was ordered elsewhere, or it takes back what a label or an
 * assignment had ordered, and then the turn that it ended says so.
 */
export function isSilent({ origin, trigger, verb }: Pick<Job, "origin" | "trigger" | "verb">) {
  return (
    origin !== undefined || (verb === "stop" && (trigger === "label" || trigger === "assignment"))
  );
}
