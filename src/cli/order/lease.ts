/** The lease that says that somebody is there who works a job off without a server. */
export function orderLease(jobId: number): string {
  return `order:${jobId}`;
}
