import type { Io } from "./command.ts";

// Under `npm run` a Ctrl-C arrives twice: from the terminal, and once more from npm, which hands it on.
const SAME_PRESS_MS = 250;

/** `first` resolves with the first signal; the second one ends the process at once. */
export function listenForSignals(io: Pick<Io, "onSignal" | "exit">): {
  readonly first: Promise<NodeJS.Signals>;
  readonly end: () => void;
} {
  const first = Promise.withResolvers<NodeJS.Signals>();
  let since: number | undefined;
  const end = io.onSignal((signal) => {
    if (since === undefined) {
      since = performance.now();
      first.resolve(signal);
    } else if (signal !== "SIGINT" || performance.now() - since > SAME_PRESS_MS) {
      io.exit(signal === "SIGINT" ? 130 : 143);
    }
  });
  return { first: first.promise, end };
}
