import { followEvents, type AgentEvent } from "./event-stream.ts";
import { isObject, type JsonObject } from "./merge.ts";
import type { AskKind, Port } from "./port.ts";
import { createTally, retryOf, type TurnCount } from "./tally.ts";

/** What opencode's port tells of a running turn. Unlike its ACP side it speaks of subagents as well. */
export interface TurnEvents {
  /** Resolves when no event is missed any more. Does not reject; it may take for ever. */
  readonly opened: Promise<void>;
  readonly count: () => TurnCount;
  /** Hears what comes from now on. */
  readonly listen: (listener: TurnListener) => void;
  readonly close: () => void;
}

export interface TurnListener {
  /** Something happened that only a living turn does. */
  readonly sign: () => void;
  /** There is more than before of what a turn is limited by. */
  readonly counted: (count: TurnCount) => void;
  /** The model failed, in the provider's words, and is asked again. ACP tells nothing of it. */
  readonly retried: (why: string) => void;
}

const DEAF: TurnListener = {
  sign: () => undefined,
  counted: () => undefined,
  retried: () => undefined,
};
// What else there is (heartbeats, plugins, catalogs) comes without any turn as well.
const SIGN_OF_LIFE = /^(?:message|session|permission|question|todo)\./;
const ASKED = /^(permission|question)\.asked$/;

/**
 * Follows the events of one turn. Whatever a subagent asks is refused at once: nobody would answer, and the turn would
 * wait for ever. What its own session asks permission for, opencode also asks over ACP, where it is refused.
 *
 * @param onAsked told in a few words what was asked and refused
 */
export function followTurn(
  port: Pick<Port, "events" | "pending" | "refuse">,
  sessionId: string,
  onAsked: (title: string) => void,
): TurnEvents {
  const tally = createTally(Date.now());
  const refused = new Set<string>();
  let listener = DEAF;
  let connections = 0;

  const refuse = (kind: AskKind, asked: JsonObject): void => {
    const id = String(asked["id"]);
    if (kind === "permission" && asked["sessionID"] === sessionId) return;
    if (refused.has(id)) return;
    refused.add(id);
    onAsked(askedTitle(kind, asked));
    // It may have been answered meanwhile, or its session have ended: then there is nothing to refuse.
    void port.refuse(kind, id).catch(() => undefined);
  };

  const refusePending = async (): Promise<void> => {
    for (const kind of ["permission", "question"] as const) {
      for (const asked of await port.pending(kind).catch(() => [])) refuse(kind, asked);
    }
  };

  const take = (event: AgentEvent): void => {
    if (event.type === "server.connected" && connections++ > 0) void refusePending();
    const kind = ASKED.exec(event.type)?.[1] as AskKind | undefined;
    if (kind !== undefined) refuse(kind, event.properties());
    tally.take(event);
    if (SIGN_OF_LIFE.test(event.type)) listener.sign();
    const why = retryOf(event);
    if (why !== undefined) listener.retried(why);
    listener.counted(tally.count());
  };

  const stream = followEvents(port.events, {
    event: take,
    bytes: (count) => {
      tally.addBytes(count);
      listener.counted(tally.count());
    },
  });
  return {
    opened: stream.opened,
    count: tally.count,
    listen(next) {
      listener = next;
    },
    close: stream.close,
  };
}

/** What was asked, in a few words; an agent may have written them. */
export function askedTitle(kind: AskKind, asked: JsonObject): string {
  if (kind === "permission") {
    const patterns: readonly unknown[] = Array.isArray(asked["patterns"]) ? asked["patterns"] : [];
    const name = String(asked["permission"]);
    return patterns.length === 0 ? name : `${name} ${patterns.join(" ")}`;
  }
  const [first]: readonly unknown[] = Array.isArray(asked["questions"]) ? asked["questions"] : [];
  return isObject(first) ? `a question: ${String(first["question"])}` : "a question";
}
