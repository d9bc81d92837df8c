import { plain } from "../reply.ts";
import type { Progress } from "../kugetsu/runner.ts";
import type { Work } from "./handler.ts";

const LINES = 5;
// The outbox edits the comment at most once a minute; writing every word of the agent down would only wear the disk.
const EVERY_MS = 2000;

/** Shows in the status comment what the agent is doing, the last few lines of it, until it is disposed of. */
export function followProgress(
  work: Work,
  print: (facts: { doing: readonly string[]; elapsedMs: number }) => string,
): AsyncDisposable & { readonly update: (progress: Progress) => void } {
  const doing: string[] = [];
  const begun = Date.now();
  let said = 0;
  let saying: Promise<void> = Promise.resolve();
  let isOver = false;
  const update = ({ kind, text }: Progress): void => {
    // What comes late must not stand over the report.
    if (kind === "text" || isOver) return;
    const line = plain(text, 120);
    if (line === "" || doing.at(-1) === line) return;
    doing.push(line);
    if (doing.length > LINES) doing.shift();
    const now = Date.now();
    if (now - said < EVERY_MS && said !== 0) return;
    const urgency = said === 0 ? "urgent" : "whenever";
    said = now;
    const words = print({ doing: [...doing], elapsedMs: now - begun });
    saying = saying
      .then(() => work.say(words, urgency))
      .catch((error: unknown) => {
        work.log.warn({ err: error, job: work.job.id }, "the progress could not be written down");
      });
  };
  return {
    update,
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await saying;
    },
  };
}
