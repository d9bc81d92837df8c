import { counted } from "../counted.ts";

/** What `kugetsu stop` has done, by job ids. */
export interface Stopped {
  readonly ref: string;
  /** Turns that are over since they were told to end. */
  readonly ended: readonly number[];
  /** Turns that came to their own end before that. */
  readonly late: readonly number[];
  /** Turns of a dead process, which the next server reports. */
  readonly abandoned: readonly number[];
  /** Orders that waited and are taken back. */
  readonly waiting: readonly number[];
}

/** Says it to the operator. */
export function stopWords({ ref, ended, late, abandoned, waiting }: Stopped): string {
  const orders = counted(waiting, "waiting order", "waiting orders");
  const also = waiting.length === 0 ? "" : ` Took back ${orders}.`;
  if (abandoned.length > 0)
    return `The turn of ${ref} is no longer running: its process is gone. The next start of the server reports it as stopped.${also}`;
  if (ended.length > 0) {
    const turns = ended.length === 1 ? "the running turn" : `${ended.length} running turns`;
    return `Stopped ${turns} of ${ref}${waiting.length === 0 ? "" : ` and took back ${orders}`}.`;
  }
  if (late.length > 0) return `The turn of ${ref} was over before it could be stopped.${also}`;
  return waiting.length > 0 ? `Took back ${orders} of ${ref}.` : `Nothing runs for ${ref}.`;
}
