import { plain } from "../reply.ts";
import type { Progress } from "../kugetsu/runner.ts";
import type { Work } from "./handler.ts";

const LINES = 5;
// The outbox edits the comment at most once a minute; writing every word of the agent down would only wear the disk.
const EVERY_MS = 2000;

/** Shows in the status comment what the agent is doing, the last few lines of it. */
export function followProgress(
  work: Work,
  print: (facts: { doing: readonly string[]; elapsedMs: number }) => string,
): { update: (progress: Progress) => void; end: () => Promise<void> } {
  const doing: string[] = [];
  const begun = Date.now();
  let said = 0;
  let saying: Promise<void> = Promise.resolve();
  const update = ({ kind, text }: Progress): void => {
    if (kind === "text") return;
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
  return { update, end: () => saying };
}
