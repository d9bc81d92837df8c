import type { ForgeState } from "./state.ts";

/**
 * Resolves as soon as `holds` is true; asks at once and after every change of the state, not on a timer.
 * @throws Error with `what` when it did not become true in time, with the last exception of `holds` as cause
 */
export async function until(
  state: ForgeState,
  holds: () => boolean | Promise<boolean>,
  options: { timeoutMs?: number; what?: string } = {},
): Promise<void> {
  const { timeoutMs = 10_000, what = "the state that was waited for" } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  let cause: unknown;
  while (!deadline.aborted) {
    const { revision } = state;
    try {
      cause = undefined;
      if (await holds()) return;
    } catch (error) {
      cause = error;
    }
    if (revision === state.revision) await nextChange(state, deadline);
  }
  throw new Error(`Timed out after ${timeoutMs} ms: ${what}`, { cause });
}

async function nextChange(state: ForgeState, deadline: AbortSignal): Promise<void> {
  if (deadline.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = state.onChange(resolve);
  const onDeadline = () => resolve();
  deadline.addEventListener("abort", onDeadline);
  await promise;
  stop();
  deadline.removeEventListener("abort", onDeadline);
}
