import type { LimitName, TurnLimits, TurnOutcome } from "../runner.ts";
import { answeredError } from "./agent.ts";
import type { TurnEnd } from "./turn.ts";
import { byteWords, numberWords } from "../amount-words.ts";
import { cleanWords, spanWords } from "./words.ts";

/** What is known of a turn beside its end. */
export interface TurnEvidence {
  readonly text: string;
  /** All tokens that it used; undefined when that is not known. */
  readonly tokens: number | undefined;
  /** What the agent asked permission for, if it did: that was refused, and a refusal ends the turn. */
  readonly asked: string | undefined;
  /** opencode's last words on stderr. */
  readonly words: string;
  readonly limits: TurnLimits;
  readonly secrets: readonly string[];
}

interface Ending {
  readonly outcome: TurnOutcome;
  readonly reason: string;
  readonly limit?: LimitName;
}

/** The outcome of a turn and why, in words that are safe to post. */
export function outcomeOf(end: TurnEnd, evidence: TurnEvidence): Ending {
  const { limits, secrets } = evidence;
  switch (end.kind) {
    case "answered":
      return answeredOutcome(end.answer.stopReason, evidence);
    case "error": {
      const words = cleanWords(answeredError(end.error) ?? "", secrets);
      return failed(words === "" ? "opencode answered with an error." : words);
    }
    case "died": {
      const words = cleanWords(evidence.words.slice(-600), secrets);
      return failed(
        words === "" ? "opencode ended unexpectedly." : `opencode ended unexpectedly: ${words}`,
      );
    }
    case "stopped":
      return { outcome: "stopped", reason: "It was stopped." };
    case "wall":
      return timedOut("wall", `It took longer than ${spanWords(limits.wallMs)}.`);
    case "silence":
      return timedOut("silence", `There was no sign of life for ${spanWords(limits.silenceMs)}.`);
    case "tokens":
      return cutOff("tokens", `It used more than ${numberWords(limits.tokens ?? 0)} tokens.`);
    case "requests": {
      const number = numberWords(limits.requests ?? 0);
      return cutOff("requests", `It made more than ${number} requests to the model.`);
    }
    case "output":
      return cutOff("output", `It printed more than ${byteWords(limits.outputBytes ?? 0)}.`);
    case "watched":
      return cutOff(end.limit, end.words);
    default:
      return end;
  }
}

function timedOut(limit: LimitName, reason: string): Ending {
  return { outcome: "timed_out", reason, limit };
}

function cutOff(limit: LimitName, reason: string): Ending {
  return { outcome: "stopped", reason, limit };
}

function failed(reason: string): Ending {
  return { outcome: "failed", reason };
}

function answeredOutcome(stopReason: string, evidence: TurnEvidence): Ending {
  if (evidence.asked !== undefined) {
    const title = cleanWords(evidence.asked, evidence.secrets);
    return failed(`The agent asked for a permission that nobody could give: ${title}`);
  }
  if (stopReason === "refusal") return failed("The model refused to go on.");
  if (stopReason !== "end_turn")
    return failed(`The turn ended early (${cleanWords(stopReason, [])}).`);
  if (evidence.text === "" && (evidence.tokens ?? 0) === 0)
    return failed("The model said nothing.");
  return { outcome: "finished", reason: "" };
}
