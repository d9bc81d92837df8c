import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Box } from "../box.ts";
import { KugetsuError } from "../errors.ts";
import type { AgentPlace, Runner, TurnRequest, TurnResult } from "../runner.ts";
import { startAgent, type Agent } from "./agent.ts";
import { findOpencode, findRipgrepDirectory } from "./binary.ts";
import { agentConfig, secretsOf, type AgentConfig } from "./agent-config.ts";
import { openDirectories } from "./environment.ts";
import { cachedExport, cacheExport, exportFromPort, exportFromProcess } from "./export.ts";
import { agentHome } from "./home.ts";
import { createIdleAgents } from "./idle.ts";
import type { OpencodeConfig } from "./operator.ts";
import { outcomeOf } from "./outcome.ts";
import { figuresSince, type Figures } from "./port.ts";
import { within, type Program } from "./process.ts";
import { openSession } from "./session.ts";
import { createTranscript, lastWords } from "./transcript.ts";
import { runPrompt } from "./turn.ts";
import { cutBytes } from "./words.ts";

export interface OpencodeRunnerOptions {
  /** Another program than the bundled one (KUGETSU_OPENCODE_BIN). */
  readonly binary?: string | undefined;
  /** The operator's configuration, read anew for every turn. */
  readonly config: () => Promise<OpencodeConfig>;
  /** Every process is started through it. */
  readonly box: Box;
  /** How many processes may wait for their next turn, over all sessions, and for how many milliseconds each. */
  readonly idle: { readonly max: number; readonly ms: number };
}

const NOTHING: Figures = { tokens: { input: 0, output: 0, cached: 0 }, cost: 0 };
// A comment holds 64 KB on the forges.
const MAX_TEXT_BYTES = 60_000;
// The agent's last words are in one of its last messages.
const LAST_MESSAGES = 30;
const FIGURES_MS = 3000;
const FIRST_TURN = { wallMs: 10 * 60_000, silenceMs: 5 * 60_000 };

/** Runs turns with `opencode acp`, one process and one database for each session. */
export function createOpencodeRunner(options: OpencodeRunnerOptions): Runner {
  const idle = createIdleAgents(options.idle);
  const busy = new Map<string, Agent | undefined>();
  let program: Program | undefined;

  const theProgram = (): Program => {
    if (program !== undefined) return program;
    const file = findOpencode(options.binary);
    program = { file, directory: dirname(file), ripgrep: findRipgrepDirectory(), box: options.box };
    return program;
  };

  const configOf = async (place: AgentPlace): Promise<AgentConfig> => {
    const config = agentConfig(
      await options.config(),
      place.env,
      openDirectories(place, agentHome(place)),
    );
    return { ...config, secrets: [...config.secrets, ...secretsOf(place.env)] };
  };

  /** The waiting process of a place when nothing has changed since it was started, else a new one. */
  const takeAgent = async (
    place: AgentPlace,
    sessionId: string | undefined,
    config: AgentConfig,
    signal: AbortSignal,
  ) => {
    const waiting = idle.take(place.key);
    if (waiting?.sessionId === sessionId && waiting?.fingerprint === fingerprint(place, config)) {
      return { agent: waiting.agent, isOpen: true };
    }
    await waiting?.agent.close();
    return { agent: await startAgent(theProgram(), place, config, signal), isOpen: false };
  };

  const run = async (request: TurnRequest): Promise<TurnResult> => {
    const { place, signal } = request;
    if (/^\s*\//.test(request.prompt)) {
      // opencode would take it for a command of its own and never ask the model.
      throw new KugetsuError("internal", "A prompt must not begin with a slash.");
    }
    if (busy.has(place.key)) throw new KugetsuError("internal", "That session has a turn already.");
    busy.set(place.key, undefined);
    const startedAt = performance.now();
    const result = (
      part: Partial<TurnResult> & Pick<TurnResult, "outcome" | "reason">,
    ): TurnResult => ({
      text: "",
      sessionId: request.sessionId,
      tokens: undefined,
      cost: undefined,
      durationMs: Math.round(performance.now() - startedAt),
      ...part,
    });
    let agent: Agent | undefined;
    let keep = false;
    try {
      const config = await configOf(place);
      // opencode would start a session in a directory that does not exist.
      const cwd = await stat(place.cwd).catch(() => undefined);
      if (cwd?.isDirectory() !== true) {
        throw new KugetsuError("internal", "The agent's directory is not there.");
      }
      request.onProgress({ kind: "starting", text: "" });
      const taken = await takeAgent(place, request.sessionId, config, signal);
      agent = taken.agent;
      busy.set(place.key, agent);
      const opening = taken.isOpen
        ? Promise.resolve(request.sessionId ?? "")
        : openSession(agent, place, request, config);
      const sessionId = await orStopped(opening, agent, signal);
      await request.onSession(sessionId);
      const turn = await oneTurn(
        agent,
        request,
        sessionId,
        config,
        request.sessionId !== undefined || !!request.forkOf,
      );
      keep = turn.outcome === "finished";
      if (keep)
        await idle.keep(place.key, { agent, sessionId, fingerprint: fingerprint(place, config) });
      return result({ ...turn, sessionId });
    } catch (error) {
      if (signal.aborted) return result({ outcome: "stopped", reason: "It was stopped." });
      const isEnd =
        error instanceof KugetsuError && (error.code === "failed" || error.code === "unavailable");
      if (!isEnd) throw error;
      return result({ outcome: "failed", reason: error.message });
    } finally {
      busy.delete(place.key);
      if (!keep) await agent?.close();
    }
  };

  const exportSession = async (place: AgentPlace, sessionId: string): Promise<string> => {
    const running = idle.peek(place.key)?.agent ?? busy.get(place.key);
    if (running !== undefined) return await exportFromPort(running.port, sessionId);
    const cached = await cachedExport(place, sessionId);
    if (cached !== undefined) return cached;
    const text = await exportFromProcess(theProgram(), place, await configOf(place), sessionId);
    await cacheExport(place, sessionId, text);
    return text;
  };

  const release = async (key: string) => idle.take(key)?.agent.close();

  return {
    run,
    exportSession,
    release: async (key) => {
      await release(key);
    },
    async createSession(place, prompt, signal) {
      if (prompt === undefined) {
        const config = await configOf(place);
        const agent = await startAgent(theProgram(), place, config, signal);
        let sessionId: string;
        try {
          sessionId = await orStopped(openSession(agent, place, EMPTY, config), agent, signal);
        } finally {
          await agent.close();
        }
        await cacheExport(place, sessionId, "");
        return sessionId;
      }
      const turn = await run({
        ...EMPTY,
        place,
        prompt,
        signal,
        limits: FIRST_TURN,
        onSession: async () => undefined,
        onProgress: () => undefined,
      });
      if (turn.outcome !== "finished" || turn.sessionId === undefined) {
        throw new KugetsuError(
          "failed",
          `The first turn of the conversation did not work. ${turn.reason}`,
        );
      }
      const text = await exportSession(place, turn.sessionId);
      await release(place.key);
      await cacheExport(place, turn.sessionId, text);
      return turn.sessionId;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...busy.values()].map(async (agent) => agent?.close()));
      await idle.closeAll();
    },
  };
}

const EMPTY = { sessionId: undefined, forkOf: undefined };

async function oneTurn(
  agent: Agent,
  request: TurnRequest,
  sessionId: string,
  config: AgentConfig,
  hasPast: boolean,
): Promise<Omit<TurnResult, "sessionId" | "durationMs">> {
  const { limits, signal, place } = request;
  const before = hasPast ? await inTime(agent.port.figures(sessionId)) : NOTHING;
  const used = async () => {
    const after = await inTime(agent.port.figures(sessionId));
    return before === undefined || after === undefined ? undefined : figuresSince(before, after);
  };
  const transcript = createTranscript({ cwd: place.cwd, onProgress: request.onProgress });
  let asked: string | undefined;
  const end = await runPrompt(agent, {
    sessionId,
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
  const tokens = known?.tokens ?? answered;
  const messages =
    end.kind === "died" ? undefined : await inTime(agent.port.messages(sessionId, LAST_MESSAGES));
  const text = (messages === undefined ? undefined : lastWords(messages)) ?? transcript.text();
  const evidence = {
    text,
    tokens: tokens === undefined ? undefined : total(tokens),
    asked,
    words: agent.words(),
    limits,
    secrets: config.secrets,
  };
  const isPriced = known !== undefined && (known.cost > 0 || total(known.tokens) === 0);
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

/** Waits for a session to open, but no longer than the agent lives or anybody wants it. */
async function orStopped(
  opening: Promise<string>,
  agent: Agent,
  signal: AbortSignal,
): Promise<string> {
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new KugetsuError("failed", "It was stopped."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  const died = agent.ended.then(() => {
    throw new KugetsuError("failed", "opencode ended unexpectedly.");
  });
  return await Promise.race([opening, stopped, died]);
}

function fingerprint(place: AgentPlace, config: AgentConfig): string {
  const env = Object.entries(place.env).toSorted(([first], [second]) => (first < second ? -1 : 1));
  const parts = [config.text, config.auth, place.cwd, place.home, env];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
