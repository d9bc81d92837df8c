import { KugetsuError } from "../errors.ts";
import type { Session } from "../db/sessions.ts";
import { importedConversation } from "../shell-home/conversation.ts";
import type { Activity, Progress, TurnLimits, TurnResult } from "../runner.ts";
import type { TurnPrompt } from "../turn.ts";
import type { Core, Place } from "./core.ts";

/** What an order for an issue and one for a PM agent have in common. */
interface ConversationOrder {
  readonly limits: TurnLimits;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onActivity?: ((activity: Activity) => void) | undefined;
  /** Called right before the agent is started. */
  readonly onBegin: () => Promise<void>;
}

/** Runs one turn in the session's conversation, and writes down which one that is as soon as it is known. */
export async function converse(
  core: Core,
  session: Pick<Session, "ref" | "opencodeSessionId" | "importedConversation">,
  place: Place,
  order: ConversationOrder,
  speak: {
    /** What a new conversation begins with; undefined: with nothing. */
    readonly beginning: () => Promise<string | undefined>;
    readonly prompt: (continued: boolean) => string | Promise<TurnPrompt>;
  },
): Promise<TurnResult> {
  const { ref } = session;
  const { limits, signal, onProgress, onActivity } = order;
  // It was stopped while it was being prepared: a turn that never began.
  if (signal.aborted) {
    throw new KugetsuError("unavailable", "It was stopped before it began.", {
      cause: signal.reason,
    });
  }
  // Whoever gives an order wants the work to be there afterwards, also where the issue is closed.
  await core.sessions.patch(ref, {
    state: "running",
    worktreePath: place.cwd,
    closedAt: undefined,
  });
  await order.onBegin();
  // One of the shell version's is in no data of this session's yet: its first turn here forks from it.
  const own = session.importedConversation === undefined ? session.opencodeSessionId : undefined;
  const earlier = await importedConversation(core, session);
  return converseOrAnew(core, ref, own, async (sessionId) => {
    const said = await speak.prompt(sessionId !== undefined || earlier !== undefined);
    const { text: prompt, pictures }: TurnPrompt = typeof said === "string" ? { text: said } : said;
    return core.runner.run({
      place,
      sessionId,
      forkOf: sessionId === undefined ? (earlier ?? (await speak.beginning())) : undefined,
      prompt,
      pictures,
      limits,
      signal,
      onSession: async (opencodeSessionId) => {
        if (opencodeSessionId !== sessionId) await core.sessions.patch(ref, { opencodeSessionId });
      },
      onProgress,
      onActivity,
    });
  });
}

/**
 * Goes on in a session's conversation; where that is gone (an agent can remove it, a home can be moved), in a new one,
 * which knows nothing of what was said.
 */
export async function converseOrAnew(
  core: Core,
  ref: string,
  sessionId: string | undefined,
  turn: (sessionId: string | undefined) => Promise<TurnResult>,
): Promise<TurnResult> {
  try {
    return await turn(sessionId);
  } catch (error) {
    const isGone = error instanceof KugetsuError && error.code === "not_found";
    if (!isGone || sessionId === undefined) throw error;
    await core.sessions.patch(ref, { opencodeSessionId: undefined, seenCommentId: undefined });
    return turn(undefined);
  }
}
