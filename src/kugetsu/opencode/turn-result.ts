import type { TurnRequest, TurnResult } from "../runner.ts";
import type { AgentConfig } from "./agent-config.ts";
import type { Agent } from "./agent.ts";
import { outcomeOf } from "./outcome.ts";
import { figuresSince, type Figures } from "./port.ts";
import { within } from "./process.ts";
import { createTranscript, lastWords } from "./transcript.ts";
import { runPrompt } from "./turn.ts";
import { cutBytes } from "./words.ts";

const NOTHING: Figures = { tokens: { input: 0, output: 0, cached: 0 }, cost: 0 };
// A comment holds 64 KB on the forges.
const MAX_TEXT_BYTES = 60_000;
// The agent's last words are in one of its last messages.
const LAST_MESSAGES = 30;
const FIGURES_MS = 3000;

/**
 * Runs one turn in an open session, and reads from opencode what it said and used.
 *
 * @param hasPast whether the session has used tokens before this turn
 */
export async function runTurn(
  agent: Agent,
  request: TurnRequest,
  session: { readonly id: string; readonly hasPast: boolean },
  config: AgentConfig,
): Promise<Omit<TurnResult, "sessionId" | "durationMs">> {
  const { limits, signal, place } = request;
  const before = session.hasPast ? await inTime(agent.port.figures(session.id)) : NOTHING;
  const used = async () => {
    const after = await inTime(agent.port.figures(session.id));
    return before === undefined || after === undefined ? undefined : figuresSince(before, after);
  };
  const transcript = createTranscript({ cwd: place.cwd, onProgress: request.onProgress });
  let asked: string | undefined;
  const end = await runPrompt(agent, {
    sessionId: session.id,
    prompt: request.prompt,
    limits,
    signal,
    onUpdate: (update) => transcript.update(update),
    onAsked: (title) => {
      asked = title;
    },
    used: async () => {
      const figures = await used();
      return figures && total(figures.tokens);
    },
  });
  const known = end.kind === "died" ? undefined : await used();
  const answered = end.kind === "answered" ? end.answer.usage : undefined;
  const counted = known?.tokens ?? answered;
  // opencode counts a request when it is answered: of a turn that was cut off in its first one nothing is known.
  const tokens = counted !== undefined && total(counted) > 0 ? counted : undefined;
  const messages =
    end.kind === "died" ? undefined : await inTime(agent.port.messages(session.id, LAST_MESSAGES));
  const text = (messages === undefined ? undefined : lastWords(messages)) ?? transcript.text();
  const evidence = {
    text,
    tokens: tokens === undefined ? undefined : total(tokens),
    asked,
    words: agent.words(),
    limits,
    secrets: config.secrets,
  };
  // 0 is what opencode says of a provider without prices: an unknown cost.
  const isPriced = known !== undefined && known.cost > 0;
  return {
    ...outcomeOf(end, evidence),
    text: cutBytes(text, MAX_TEXT_BYTES),
    tokens,
    cost: isPriced ? known.cost : undefined,
  };
}

function total(tokens: Figures["tokens"]): number {
  return tokens.input + tokens.output + tokens.cached;
}

/** The value, or undefined when it fails or takes long: a turn's end does not wait for its figures. */
async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  if (!(await within(promise, FIGURES_MS))) return undefined;
  return await promise.catch(() => undefined);
}
