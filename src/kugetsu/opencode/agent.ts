import { randomBytes, randomUUID } from "node:crypto";
import { Readable, Writable } from "node:stream";
import {
  client,
  type ContentBlock,
  ndJsonStream,
  RequestError,
  type SessionConfigOption,
} from "@agentclientprotocol/sdk";
import { KugetsuError } from "../errors.ts";
import type { AgentPlace, Picture } from "../runner.ts";
import { agentProcesses, type AgentProcesses } from "../sandbox/processes.ts";
import { findByAgent } from "./survivors.ts";
import { cleanWords } from "./words.ts";
import type { AgentConfig } from "./agent-config.ts";
import { emptyTemp, prepareHome } from "./home.ts";
import { isObject, type JsonObject } from "./merge.ts";
import { openPort, type Port } from "./port.ts";
import { freePort, startOpencode, within, type OpencodeProcess, type Program } from "./process.ts";

/** A running opencode that can be spoken to. */
export interface Agent {
  readonly port: Port;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  /** What it wrote to stderr last. */
  readonly words: () => string;
  /** Makes a session, or opens one that is there; answers its id and the settings it has. */
  readonly open: (sessionId: string | undefined) => Promise<OpenSession>;
  readonly setModel: (sessionId: string, model: string) => Promise<ModelSetting>;
  /** Whether prompts may hold pictures. Of the model that says nothing. */
  readonly takesPictures: boolean;
  readonly prompt: (
    sessionId: string,
    text: string,
    pictures: readonly Picture[],
  ) => Promise<PromptAnswer>;
  /** Asks a running prompt to end. */
  readonly cancel: (sessionId: string) => Promise<void>;
  /** Hears every `session/update`, and every request for a permission (all are refused), from now on. */
  readonly listen: (listener: AgentListener) => void;
  /** Itself, and all that it started. */
  readonly processes: AgentProcesses;
  /** Ends it and all that it started. It has so many milliseconds to end by itself. */
  readonly close: (patienceMs?: number) => Promise<void>;
}

export interface AgentListener {
  readonly update: (update: JsonObject) => void;
  readonly asked: (title: string) => void;
}

export interface OpenSession {
  readonly id: string;
  readonly model: ModelSetting;
}

export interface ModelSetting {
  /** The model in force, `provider/model`. */
  readonly current: string | undefined;
  /** All that could be chosen. */
  readonly choice: readonly string[];
}

export interface PromptAnswer {
  readonly stopReason: string;
  /** Of the last request to the model alone. */
  readonly usage:
    | { readonly input: number; readonly output: number; readonly cached: number }
    | undefined;
}

// A start takes 1.5 s; six at once on two cores 15 s each.
const START_MS = 120_000;
const CLOSED: AgentListener = { update: () => undefined, asked: () => undefined };
// A tool's whole output comes with every update.
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * Starts opencode for a place, with nobody else in it.
 *
 * @throws KugetsuError `unavailable` when it does not start
 */
export async function startAgent(
  program: Program,
  place: AgentPlace,
  config: AgentConfig,
  signal: AbortSignal,
): Promise<Agent> {
  const paths = await prepareHome(place, config);
  if (signal.aborted) throw new KugetsuError("unavailable", "opencode was not started.");
  for (let attempt = 1; ; attempt++) {
    const number = await freePort();
    const marks = { id: randomUUID(), password: randomBytes(24).toString("base64url") };
    const args = ["acp", "--port", String(number), "--hostname", "127.0.0.1"];
    const opencode = startOpencode(program, place, paths, marks, args);
    const close = async (patienceMs?: number) => {
      await opencode.close(patienceMs);
      // What an agent made of its directory must not fail anybody; the next start cleans it or says so.
      await emptyTemp(paths).catch(() => undefined);
    };
    const connected = connect(opencode, place.cwd);
    if (await initialized(connected, opencode, signal)) {
      return {
        port: openPort(number, marks.password, place.cwd),
        ended: opencode.ended,
        words: opencode.words,
        processes: agentProcesses(opencode.pid, () => findByAgent(marks.id)),
        close,
        takesPictures: connected.takesPictures(),
        ...connected.agent,
      };
    }
    // One that nobody wants has done nothing yet that it should end in order.
    await close(signal.aborted ? 0 : undefined);
    // It ends when somebody took its port meanwhile.
    const taken = attempt < 3 && !signal.aborted && !(await isFree(number));
    if (taken) continue;
    const why = cleanWords(opencode.words(), [...config.secrets, marks.password]);
    throw new KugetsuError(
      "unavailable",
      why === "" ? "opencode did not start." : `opencode did not start: ${why}`,
    );
  }
}

async function initialized(
  connected: Connected,
  opencode: OpencodeProcess,
  signal: AbortSignal,
): Promise<boolean> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const ready = connected.initialize().then(
    () => true,
    () => false,
  );
  const ended = Promise.race([opencode.ended, aborted]).then(() => false);
  const answer = Promise.race([ready, ended]);
  return (await within(answer, START_MS)) && (await answer) && !signal.aborted;
}

interface Connected {
  readonly initialize: () => Promise<unknown>;
  /** Known when it is initialized. */
  readonly takesPictures: () => boolean;
  readonly agent: Pick<Agent, "open" | "setModel" | "prompt" | "cancel" | "listen">;
}

function connect(opencode: OpencodeProcess, cwd: string): Connected {
  let listener = CLOSED;
  const stream = ndJsonStream(
    Writable.toWeb(opencode.stdin as Writable),
    Readable.toWeb(opencode.stdout as Readable) as ReadableStream<Uint8Array>,
    { maxMessageBytes: MAX_MESSAGE_BYTES },
  );
  // Whatever else it asks for (files, terminals) is answered with "method not found".
  const connection = client({ name: "kugetsu" })
    .onNotification("session/update", raw, ({ params }) => {
      if (isObject(params["update"])) listener.update(params["update"]);
    })
    .onRequest("session/request_permission", raw, ({ params }) => {
      const call = params["toolCall"];
      listener.asked(isObject(call) ? String(call["title"]) : "a tool");
      return { outcome: { outcome: "cancelled" } };
    })
    .connect(stream);
  const acp = connection.agent;
  let takesPictures = false;

  return {
    takesPictures: () => takesPictures,
    async initialize() {
      const answer: unknown = await acp.request("initialize", {
        protocolVersion: 1,
        clientCapabilities: {},
      });
      const able = raw(raw(answer)["agentCapabilities"])["promptCapabilities"];
      takesPictures = raw(able)["image"] === true;
    },
    agent: {
      async open(sessionId) {
        if (sessionId === undefined) {
          const made = await acp.request("session/new", { cwd, mcpServers: [] });
          return { id: made.sessionId, model: modelOf(made.configOptions) };
        }
        // Unlike `session/load` it does not send the whole history.
        const opened = await acp.request("session/resume", { sessionId, cwd, mcpServers: [] });
        return { id: sessionId, model: modelOf(opened.configOptions) };
      },
      async setModel(sessionId, value) {
        const set = await acp.request("session/set_config_option", {
          sessionId,
          configId: "model",
          value,
        });
        return modelOf(set.configOptions);
      },
      async prompt(sessionId, text, pictures) {
        const prompt: ContentBlock[] = [
          // The words stand last, as they do without pictures.
          ...pictures.map((picture) => ({ type: "image" as const, ...picture })),
          { type: "text", text },
        ];
        const answer = await acp.request("session/prompt", { sessionId, prompt });
        // In the protocol the usage is not settled yet; opencode sends it.
        return { stopReason: answer.stopReason, usage: usageOf(raw(answer)["usage"]) };
      },
      cancel: (sessionId) => acp.notify("session/cancel", { sessionId }),
      listen(next) {
        listener = next;
      },
    },
  };
}

// Read by hand: a kind of update that the protocol does not know must not disturb a turn.
function raw(params: unknown): JsonObject {
  return isObject(params) ? params : {};
}

/** The message of an error that opencode answered with, and its kind. */
export function answeredError(error: unknown): string | undefined {
  if (!(error instanceof RequestError)) return undefined;
  const name = isObject(error.data) ? error.data["errorName"] : undefined;
  const message = error.message.replace(/^(?:Internal error|Invalid params): /, "");
  return typeof name === "string" ? `${name}: ${message}` : message;
}

function modelOf(options: readonly SessionConfigOption[] | null | undefined): ModelSetting {
  const option = options?.find(({ id }) => id === "model");
  if (option?.type !== "select") return { current: undefined, choice: [] };
  const choice = option.options.flatMap((entry) => ("options" in entry ? entry.options : [entry]));
  return { current: option.currentValue, choice: choice.map(({ value }) => value) };
}

function usageOf(usage: unknown): PromptAnswer["usage"] {
  if (!isObject(usage)) return undefined;
  const number = (name: string) => (typeof usage[name] === "number" ? usage[name] : 0);
  const output = number("outputTokens") + number("thoughtTokens");
  const used = { input: number("inputTokens"), output, cached: number("cachedReadTokens") };
  return used.input + used.output + used.cached === 0 ? undefined : used;
}

async function isFree(port: number): Promise<boolean> {
  try {
    await freePort(port);
    return true;
  } catch {
    return false;
  }
}
