import type { TurnRequest, TurnResult } from "../runner.ts";
import type { AgentConfig } from "./agent-config.ts";
import type { Agent } from "./agent.ts";
import { followTurn } from "./events.ts";
import { outcomeOf } from "./outcome.ts";
import { isGivenBack, pictureRefusal } from "./pictures.ts";
import { CUT, END_READ_MS, inTime, STOP } from "./patience.ts";
import { figuresSince, total, type Figures } from "./port.ts";
import type { JsonObject } from "./merge.ts";
import { createTranscript, lastWords } from "./transcript.ts";
import { runPrompt, type TurnEnd, type Watch } from "./turn.ts";
import { cleanWords, cutBytes, withoutSecrets } from "./words.ts";

// A comment holds 64 KB on the forges.
const MAX_TEXT_BYTES = 60_000;
// The agent's last words are in one of its last messages.
const LAST_MESSAGES = 30;
// It opens in 10 ms. A turn whose events cannot be read runs all the same: the other limits hold.
const OPEN_MS = 1000;

/** An open session. */
export interface TurnSession {
  readonly id: string;
  /** What it has used before this turn; undefined when that has to be asked. */
  readonly used: Figures | undefined;
}

/** What a turn brought. */
export interface TurnYield {
  readonly result: Omit<TurnResult, "sessionId" | "durationMs">;
  /** What the session has used by now; undefined when that is not known. */
  readonly used: Figures | undefined;
}

/** Runs one turn in an open session, and reads from opencode what it said and used. */
export async function runTurn(
  agent: Agent,
  request: TurnRequest & { readonly watch?: Watch | undefined },
  session: TurnSession,
  config: AgentConfig,
): Promise<TurnYield> {
  const { limits, signal, place } = request;
  const { port } = agent;
  let asked: string | undefined;
  const onAsked = (title: string) => {
    asked ??= title;
  };
  const events = followTurn(port, session.id, onAsked);
  try {
    const read = (ms: number) => inTime(port.figures(session.id), ms, signal);
    const [before] = await Promise.all([
      session.used ?? read(END_READ_MS),
      inTime(events.opened, OPEN_MS, signal),
    ]);
    const since = (after: Figures | undefined) =>
      before && after ? figuresSince(before, after) : undefined;
    const { onProgress, onActivity } = request;
    const transcript = createTranscript({
      cwd: place.cwd,
      onProgress,
      onActivity,
      mask: (text) => withoutSecrets(text, config.secrets),
    });
    const { pictures } = request;
    let picturesRefused = await pictureRefusal(agent, session.id, pictures);
    const options = {
      sessionId: session.id,
      limits,
      signal,
      events,
      watch: request.watch,
      onUpdate: (update: JsonObject) => transcript.update(update),
      onAsked,
      onRetry: (why: string) => {
        const words = cleanWords(why, config.secrets);
        const text = `asking the model again: ${words}`;
        onProgress({ kind: "thinking", text });
        onActivity?.({ kind: "note", text });
      },
      used: async () => {
        const figures = since(await read(END_READ_MS));
        return figures && total(figures.tokens);
      },
    };
    const blind = { prompt: pictures?.without ?? request.prompt, pictures: [] };
    const seeing = { prompt: request.prompt, pictures: pictures?.list ?? [] };
    const first = picturesRefused === undefined ? seeing : blind;
    let end = await runPrompt(agent, { ...options, ...first });
    if (first.pictures.length > 0 && isGivenBack(end)) {
      picturesRefused = "unreadable";
      end = await runPrompt(agent, { ...options, ...blind });
    }
    const readMs = readTime(end);
    const [after, messages] = await Promise.all(
      readMs === undefined
        ? []
        : [read(readMs), inTime(port.messages(session.id, LAST_MESSAGES), readMs, signal)],
    );
    const figures = since(after) ?? events.count().figures;
    const answered = end.kind === "answered" ? end.answer.usage : undefined;
    const counted = total(figures.tokens) > 0 ? figures.tokens : answered;
    const text = (messages && lastWords(messages)) ?? transcript.text();
    const evidence = {
      text,
      tokens: counted && total(counted),
      asked,
      words: agent.words(),
      limits,
      secrets: config.secrets,
    };
    const result = {
      ...outcomeOf(end, evidence),
      text: cutBytes(text, MAX_TEXT_BYTES),
      // opencode counts a request when it is answered: of a turn that was cut off in its first one nothing is known.
      tokens: counted,
      // 0 is what opencode says of a provider without prices: an unknown cost.
      cost: figures.cost > 0 ? figures.cost : undefined,
      picturesRefused,
    };
    return { result, used: after };
  } finally {
    events.close();
  }
}

/** How long what a turn said and used may take to be told, in milliseconds; undefined when nobody is there to tell. */
function readTime(end: TurnEnd): number | undefined {
  if (end.kind === "died") return undefined;
  if (end.kind === "answered" || end.kind === "error") return END_READ_MS;
  return end.kind === "stopped" ? STOP.readMs : CUT.readMs;
}
