import { join } from "node:path";

/** The log of a job's turn in the home's `logs`. */
export function turnLogPath(logs: string, jobId: number): string {
  return join(logs, `${jobId}.jsonl`);
}
