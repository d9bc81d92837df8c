import type { AgentEvent } from "./event-stream.ts";
import { isObject } from "./merge.ts";
import { addFigures, figuresOf, figuresSince, NO_FIGURES, type Figures } from "./port.ts";

/** What a running turn has used so far, its subagents and everything else in its process included. */
export interface TurnCount {
  /** Requests to the model, without those for a title. One that failed and is made again counts anew. */
  readonly requests: number;
  /** Of the requests that were answered. */
  readonly figures: Figures;
  /** Bytes that opencode has sent about it. */
  readonly bytes: number;
}

/** Counts what the events of a turn tell. */
export interface Tally {
  readonly count: () => TurnCount;
  readonly take: (event: AgentEvent) => void;
  readonly addBytes: (count: number) => void;
}

/** @param startedAt when the turn began, in milliseconds since 1970: messages that were there before do not count */
export function createTally(startedAt: number): Tally {
  const messages = new Map<string, Figures>();
  let figures = NO_FIGURES;
  let retries = 0;
  let bytes = 0;

  /** opencode writes a message of the assistant for every request, and its tokens once that is answered. */
  const takeMessage = (info: unknown): void => {
    if (!isObject(info) || info["role"] !== "assistant") return;
    const id = String(info["id"]);
    const before = messages.get(id);
    if (before === undefined && !isNew(info["time"], startedAt)) return;
    const now = figuresOf(info);
    messages.set(id, now);
    figures = addFigures(figures, figuresSince(before ?? NO_FIGURES, now));
  };

  return {
    count: () => ({ requests: messages.size + retries, figures, bytes }),
    take(event) {
      if (event.type === "message.updated") takeMessage(event.properties()["info"]);
      if (retryOf(event) !== undefined) retries++;
    },
    addBytes(count) {
      bytes += count;
    },
  };
}

/** Why the model is asked again, in the provider's words; undefined for any other event. */
export function retryOf(event: AgentEvent): string | undefined {
  if (event.type !== "session.status") return undefined;
  const { status } = event.properties();
  return isObject(status) && status["type"] === "retry" ? String(status["message"]) : undefined;
}

/** A message that is not completed is of this turn, whatever the clock says. */
function isNew(time: unknown, startedAt: number): boolean {
  if (!isObject(time) || time["completed"] === undefined) return true;
  return typeof time["created"] === "number" && time["created"] >= startedAt;
}
