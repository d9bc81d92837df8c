import type { Tokens } from "../runner.ts";
import { isObject, type JsonObject } from "./merge.ts";

/** What a session has used so far, its subagents included. */
export interface Figures {
  readonly tokens: Tokens;
  /** In US dollars; 0 also where opencode knows no prices. */
  readonly cost: number;
}

/** What an event of a session's history looks like on the wire. */
export interface SyncEvent {
  readonly id: string;
  readonly aggregateID: string;
  readonly seq: number;
  readonly type: string;
  readonly data: JsonObject;
}

/** The HTTP side of a running opencode, for what its ACP side does not tell. Everything throws when it fails. */
export interface Port {
  /** The session's record; its `directory` is where the agent works. */
  session(sessionId: string): Promise<JsonObject>;
  /** The records of the newest sessions of the port's directory, subagents' included. */
  sessions(): Promise<readonly JsonObject[]>;
  figures(sessionId: string): Promise<Figures>;
  /** The newest messages, oldest first, each `{info, parts}`; all of them without a limit. */
  messages(sessionId: string, limit?: number): Promise<readonly JsonObject[]>;
  /** Whether the session's model takes pictures; undefined where that is not known. */
  takesPictures(sessionId: string): Promise<boolean | undefined>;
  /** Whether any session of its works right now. */
  isBusy(): Promise<boolean>;
  /** The number of events that the session's history has. */
  historyLength(sessionId: string): Promise<number>;
  /** Adds events to a session's history, as if they had happened here. */
  replay(events: readonly SyncEvent[]): Promise<void>;
  /** What happens in all sessions, as server-sent events, until the signal. A heartbeat comes every 10 s. */
  events(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** What waits for a person's answer, in all sessions. */
  pending(kind: AskKind): Promise<readonly JsonObject[]>;
  /** Answers it with no. Throws when somebody else has answered it. */
  refuse(kind: AskKind, id: string): Promise<void>;
}

/** What an agent can ask a person. */
export type AskKind = "permission" | "question";

/** Nothing used. */
export const NO_FIGURES: Figures = { tokens: { input: 0, output: 0, cached: 0 }, cost: 0 };

const TIMEOUT_MS = 10_000;
// A base session's whole history may be some megabytes.
const MOST_BYTES = 64 * 1024 * 1024;
// Subagents can have subagents; deeper than this nobody counts.
const MAX_DEPTH = 4;
const MOST_SESSIONS = 200;

/** Speaks to the port that an opencode in `directory` listens on. */
export function openPort(port: number, password: string, directory: string): Port {
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;

  const address = (path: string): URL => {
    const url = new URL(path, `http://127.0.0.1:${port}`);
    url.searchParams.set("directory", directory);
    return url;
  };

  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(address(path), {
      method,
      headers: { authorization, "content-type": "application/json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await textOf(response);
    if (!response.ok)
      throw new Error(`opencode's port answered ${response.status}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  };

  const session = async (sessionId: string) => object(await ask("GET", sessionPath(sessionId)));

  const figures = async (
    record: JsonObject,
    depth: number,
    budget: { left: number },
  ): Promise<Figures> => {
    const own = figuresOf(record);
    if (depth >= MAX_DEPTH) return own;
    budget.left--;
    if (budget.left < 0) throw new Error("opencode has more sessions than can be counted");
    const children = list(await ask("GET", `${sessionPath(String(record["id"]))}/children`));
    const theirs = await Promise.all(
      children.map((child) => figures(object(child), depth + 1, budget)),
    );
    return theirs.reduce(addFigures, own);
  };

  return {
    session,
    sessions: async () => list(await ask("GET", "/session")).map(object),
    figures: async (sessionId) => figures(await session(sessionId), 0, { left: MOST_SESSIONS }),
    messages: async (sessionId, limit) => {
      const query = limit === undefined ? "" : `?limit=${limit}`;
      return list(await ask("GET", `${sessionPath(sessionId)}/message${query}`)).map(object);
    },
    takesPictures: async (sessionId) => {
      const { id, providerID } = object((await session(sessionId))["model"]);
      const { providers } = object(await ask("GET", "/config/providers"));
      const provider = list(providers)
        .map(object)
        .find((one) => one["id"] === providerID);
      const model = object(object(provider?.["models"])[String(id)]);
      const takes = object(object(model["capabilities"])["input"])["image"];
      return typeof takes === "boolean" ? takes : undefined;
    },
    isBusy: async () => {
      const sessions = Object.values(object(await ask("GET", "/session/status"))).map(object);
      return sessions.some(({ type }) => type !== "idle");
    },
    historyLength: async (sessionId) => {
      const events = list(await ask("POST", "/sync/history", {})).map(object);
      return events.filter((event) => event["aggregate_id"] === sessionId).length;
    },
    replay: async (events) => {
      await ask("POST", "/sync/replay", { directory, events });
    },
    events: async (signal) => {
      const { ok, status, body } = await fetch(address("/event"), {
        headers: { authorization },
        signal,
      });
      if (!ok || body === null) throw new Error(`opencode's port answered ${status}.`);
      return body;
    },
    pending: async (kind) => list(await ask("GET", `/${kind}`)).map(object),
    refuse: async (kind, id) => {
      const path = `/${kind}/${encodeURIComponent(id)}`;
      if (kind === "permission") await ask("POST", `${path}/reply`, { reply: "reject" });
      else await ask("POST", `${path}/reject`);
    },
  };
}

/** @throws Error for more than anybody wants to know: an agent can put what it likes into its session */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new Error("opencode's port answered with too much");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What was used between two readings. */
export function figuresSince(before: Figures, after: Figures): Figures {
  return addFigures(after, {
    tokens: {
      input: -before.tokens.input,
      output: -before.tokens.output,
      cached: -before.tokens.cached,
    },
    cost: -before.cost,
  });
}

/** What was used in both. */
export function addFigures(first: Figures, second: Figures): Figures {
  return {
    tokens: {
      input: first.tokens.input + second.tokens.input,
      output: first.tokens.output + second.tokens.output,
      cached: first.tokens.cached + second.tokens.cached,
    },
    cost: first.cost + second.cost,
  };
}

/** What a session's record, or a message's, says that it used. */
export function figuresOf(record: JsonObject): Figures {
  const tokens = object(record["tokens"]);
  const cache = object(tokens["cache"]);
  return {
    tokens: {
      input: number(tokens["input"]) + number(cache["write"]),
      output: number(tokens["output"]) + number(tokens["reasoning"]),
      cached: number(cache["read"]),
    },
    cost: number(record["cost"]),
  };
}

function sessionPath(sessionId: string): string {
  return `/session/${encodeURIComponent(sessionId)}`;
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** All tokens in one number. */
export function total(tokens: Tokens): number {
  return tokens.input + tokens.output + tokens.cached;
}
