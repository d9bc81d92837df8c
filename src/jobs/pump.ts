/** Runs a piece of work whenever it is woken, never twice at once, and once more when it was woken meanwhile. */
export interface Pump {
  readonly wake: () => void;
  /** Resolves when the work is not running; undefined when it is not running now. */
  busy(): Promise<void> | undefined;
  /** From here on a wake does nothing. */
  close(): void;
}

export function createPump(work: () => Promise<void>, onError: (error: unknown) => void): Pump {
  let current: Promise<void> | undefined;
  let isAskedAgain = false;
  let isClosed = false;

  const run = async (): Promise<void> => {
    for (;;) {
      if (!isAskedAgain || isClosed) break;
      isAskedAgain = false;
      try {
        await work();
      } catch (error) {
        onError(error);
      }
    }
    current = undefined;
  };
  return {
    wake: () => {
      isAskedAgain = true;
      if (!isClosed) current ??= run();
    },
    busy: () => current,
    close: () => {
      isClosed = true;
    },
  };
}
