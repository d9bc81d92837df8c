/** What shows the whole of a job's turn to the operator, for 30 days: nothing is cut there. */
export function logsCommand(job: { readonly ref: string; readonly id: number }): string {
  return `kugetsu logs ${job.ref} --job ${job.id}`;
}
