import { stat } from "node:fs/promises";
import type { Box } from "../box.ts";
import { KugetsuError } from "../errors.ts";
import type {
  AgentPlace,
  Runner,
  TerminalEnd,
  TerminalRequest,
  TurnRequest,
  TurnResult,
} from "../runner.ts";
import { startAgent, type Agent } from "./agent.ts";
import { findPrograms } from "./binary.ts";
import { agentConfig, secretsOf, type AgentConfig } from "./agent-config.ts";
import { openDirectories } from "./environment.ts";
import { cacheExport, exportConversation, lastExport } from "./export.ts";
import { agentHome } from "./home.ts";
import { createEarlyAgents } from "./early.ts";
import { createIdleAgents } from "./idle.ts";
import type { OpencodeConfig } from "./operator.ts";
import { groupsOf, isAtRest } from "./leftovers.ts";
import { fingerprint, homeStamp } from "./fingerprint.ts";
import { closeTime } from "./patience.ts";
import { NO_FIGURES } from "./port.ts";
import type { AgentProcesses } from "../sandbox/processes.ts";
import type { Program } from "./process.ts";
import { orStopped } from "./or-stopped.ts";
import { noModel, openSession } from "./session.ts";
import { runTerminal } from "./terminal.ts";
import type { Watch } from "./turn.ts";
import { runTurn } from "./turn-result.ts";
import { forkSession, usedSince } from "./visit.ts";

export interface OpencodeRunnerOptions {
  /** Another program than the bundled one (KUGETSU_OPENCODE_BIN). */
  readonly binary?: string | undefined;
  /** The operator's configuration, read anew for every turn. */
  readonly config: () => Promise<OpencodeConfig>;
  /** Every process is started through it. */
  readonly box: Box;
  /** It is a real box, with a /tmp of its own, that ends when this process does. */
  readonly boxed?: boolean;
  /** Made for each turn: waits until that agent takes too much of the machine, or its signal is aborted. */
  readonly watch?: (processes: AgentProcesses) => Watch;
  /** How many processes may wait for their next turn, over all sessions, and for how many milliseconds each. */
  readonly idle: { readonly max: number; readonly ms: number };
}

const FIRST_TURN = { wallMs: 10 * 60_000, silenceMs: 5 * 60_000 };

/** Runs turns with `opencode acp`, one process and one database for each session. */
export function createOpencodeRunner(options: OpencodeRunnerOptions): Runner {
  const boxed = options.boxed === true;
  const idle = createIdleAgents({ ...options.idle, boxed });
  const early = createEarlyAgents();
  const busy = new Map<string, Agent | undefined>();
  const running = new Set<Promise<unknown>>();
  const exporting = new Map<string, Promise<string>>();
  const life = new AbortController();

  // Looked up for each start: an upgrade may have moved it.
  const theProgram = (): Program => ({ ...findPrograms(options.binary), box: options.box });

  const configOf = async (place: AgentPlace): Promise<AgentConfig> => {
    const paths = agentHome(place);
    const config = agentConfig(
      await options.config(),
      place.env,
      openDirectories(place, paths, boxed),
      place.instructions === undefined ? undefined : paths.instructions,
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
    const wanted = await fingerprint(place, config);
    await orStopped(idle.closed(place.key), signal);
    const waiting = idle.peek(place.key);
    const isSame = waiting?.sessionId === sessionId && waiting?.fingerprint === wanted;
    if (isSame && waiting.home === (await homeStamp(place))) {
      await idle.take(place.key);
      return { agent: waiting.agent, isOpen: true, used: waiting.used };
    }
    await idle.end(place.key);
    const agent = await early.take(place.key, wanted, signal);
    if (agent !== undefined) return { agent, isOpen: false, used: undefined };
    const started = await startAgent(theProgram(), place, config, signal);
    return { agent: started, isOpen: false, used: undefined };
  };

  const run = async (request: TurnRequest): Promise<TurnResult> => {
    const { place } = request;
    const signal = AbortSignal.any([request.signal, life.signal]);
    if ([request.prompt, request.pictures?.without ?? ""].some((one) => /^\s*\//.test(one))) {
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
    let cut = false;
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
      const sessionId = await orStopped(opening, signal, agent);
      await request.onSession(sessionId);
      const isNew = request.sessionId === undefined && !request.forkOf;
      const session = { id: sessionId, used: isNew ? NO_FIGURES : taken.used };
      const before = await groupsOf(agent);
      const watch = options.watch?.(agent.processes);
      const order = { ...request, signal, watch };
      const { result: turn, used } = await runTurn(agent, order, session, config);
      cut = turn.limit !== undefined;
      keep = turn.outcome === "finished" && !life.signal.aborted && (await isAtRest(agent, before));
      if (keep) {
        const [now, home] = await Promise.all([fingerprint(place, config), homeStamp(place)]);
        await idle.keep(place.key, { agent, sessionId, fingerprint: now, home, used });
      }
      return result({ ...turn, sessionId });
    } catch (error) {
      if (signal.aborted) return result({ outcome: "stopped", reason: "It was stopped." });
      const isEnd =
        error instanceof KugetsuError && (error.code === "failed" || error.code === "unavailable");
      if (!isEnd) throw error;
      return result({ outcome: "failed", reason: error.message });
    } finally {
      busy.delete(place.key);
      if (!keep) await agent?.close(closeTime(signal, cut));
    }
  };

  /** Runs something in a process of its own, which is ended then. */
  const inAgent = async <T>(
    place: AgentPlace,
    stop: AbortSignal,
    act: (agent: Agent, config: AgentConfig) => Promise<T>,
  ): Promise<T> => {
    const signal = AbortSignal.any([stop, life.signal]);
    const config = await configOf(place);
    const agent = await startAgent(theProgram(), place, config, signal);
    busy.set(place.key, agent);
    try {
      return await orStopped(act(agent, config), signal, agent);
    } finally {
      busy.delete(place.key);
      await agent.close(closeTime(signal, false));
    }
  };

  const exportOnce = async (place: AgentPlace, sessionId: string): Promise<string> => {
    const atWork = busy.get(place.key);
    if (atWork !== undefined) return await exportConversation(atWork.port, sessionId);
    // What waits stands still and tells nothing; its database does.
    await release(place.key);
    const last = await lastExport(place, sessionId);
    if (last?.isCurrent === true) return last.text;
    const text = await inAgent(place, new AbortController().signal, (alone) =>
      exportConversation(alone.port, sessionId),
    );
    await cacheExport(place, sessionId, text);
    return text;
  };

  const release = async (key: string): Promise<void> => {
    await early.end(key);
    await idle.end(key);
  };

  /** Several new sessions may want the base at the same time: one process reads it for all. */
  const exportSession = async (place: AgentPlace, sessionId: string): Promise<string> => {
    const name = `${place.key} ${sessionId}`;
    const underWay = exporting.get(name);
    if (underWay !== undefined) return await underWay;
    const made = exportOnce(place, sessionId).finally(() => exporting.delete(name));
    exporting.set(name, made);
    return await made;
  };

  /** Of a session whose process may still wait. */
  const exportFresh = async (place: AgentPlace, sessionId: string): Promise<string> => {
    const agent = (await idle.take(place.key))?.agent;
    if (agent === undefined) return await exportSession(place, sessionId);
    try {
      return await exportConversation(agent.port, sessionId);
    } finally {
      await agent.close();
    }
  };

  const createSession = async (
    place: AgentPlace,
    prompt: string | undefined,
    signal: AbortSignal,
  ): Promise<string> => {
    if (prompt === undefined) {
      const sessionId = await inAgent(place, signal, (agent, config) =>
        openSession(agent, place, EMPTY, config),
      );
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
    const text = await exportFresh(place, turn.sessionId);
    await cacheExport(place, turn.sessionId, text);
    return turn.sessionId;
  };

  const openTerminal = async (request: TerminalRequest): Promise<TerminalEnd> => {
    const { place } = request;
    if (busy.has(place.key)) throw new KugetsuError("internal", "That session has a turn already.");
    await release(place.key);
    busy.set(place.key, undefined);
    try {
      const config = await configOf(place);
      if (config.providers.length === 0) throw noModel();
      const signal = AbortSignal.any([request.signal, life.signal]);
      return await runTerminal(theProgram(), place, config, { ...request, signal }, boxed);
    } finally {
      busy.delete(place.key);
    }
  };

  const prepare = async (place: AgentPlace, signal: AbortSignal): Promise<void> => {
    if (idle.peek(place.key) !== undefined || busy.has(place.key)) return;
    // What is wrong with the configuration, the turn itself tells.
    const config = await configOf(place).catch(() => undefined);
    if (config === undefined) return;
    await idle.closed(place.key);
    const stop = AbortSignal.any([signal, life.signal]);
    early.begin(place.key, await fingerprint(place, config), async (ended) =>
      startAgent(theProgram(), place, config, AbortSignal.any([stop, ended])),
    );
  };

  /** What is under way when the runner is disposed is stopped and waited for. */
  const tracked = async <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    return await work.finally(() => running.delete(work));
  };

  return {
    run: (request) => tracked(run(request)),
    prepare: async (place, signal) => {
      await prepare(place, signal);
      return { [Symbol.asyncDispose]: () => early.end(place.key) };
    },
    createSession: (place, prompt, signal) => tracked(createSession(place, prompt, signal)),
    forkSession: (place, forkOf, signal) => tracked(forkSession(inAgent, place, forkOf, signal)),
    openTerminal: (request) => tracked(openTerminal(request)),
    usedSince: (place, since, signal) => tracked(usedSince(inAgent, place, since, signal)),
    lastExport,
    exportSession: (place, sessionId) => tracked(exportSession(place, sessionId)),
    release,
    async [Symbol.asyncDispose]() {
      life.abort();
      await Promise.allSettled(running);
      await early.endAll();
      await idle.closeAll();
    },
  };
}

const EMPTY = { sessionId: undefined, forkOf: undefined };
