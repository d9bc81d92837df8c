import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { readAsk, type ModelAsk } from "./ask.ts";
import { streamReply, wholeReply, type ModelReply } from "./reply.ts";
import { say, script, type Player } from "./script.ts";

/** A request that the model received. */
export interface RecordedRequest {
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly ask: ModelAsk;
}

/** How the model presents itself in opencode's configuration. */
export interface ModelConfigOptions {
  readonly apiKey?: string;
  /** The model's name in opencode, behind `local/`. */
  readonly model?: string;
  /** US dollars for a million tokens; without it the cost of a turn is unknown. */
  readonly cost?: { readonly input: number; readonly output: number };
  /** Whether it is said to take pictures; not by default, as of any model that opencode does not know. */
  readonly sees?: boolean;
}

/**
 * A model that says what a script tells it, over the OpenAI protocol on loopback. The agent that talks to it is a real
 * one, so that a demo or a test is real but for the model's wit.
 */
export interface ScriptedModel extends AsyncDisposable {
  /** The base URL, ending in `/v1`. */
  readonly url: string;
  /** Every request but those for a title, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** The requests for a session title, which it answers by itself. */
  readonly titles: readonly RecordedRequest[];
  /** Answers by this from now on. An exception in it becomes a status 500 with its message. */
  play(player: Player): void;
  /** Resolves with the first request, of those that came and those to come, that fits. */
  until(fits: (request: RecordedRequest) => boolean): Promise<RecordedRequest>;
  /** A configuration of opencode that uses this model. */
  config(options?: ModelConfigOptions): Record<string, unknown>;
}

interface Waiter {
  readonly fits: (request: RecordedRequest) => boolean;
  readonly resolve: (request: RecordedRequest) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the model on a loopback port, a free one unless told. */
export async function startScriptedModel(
  options: { readonly port?: number } = {},
): Promise<ScriptedModel> {
  const requests: RecordedRequest[] = [];
  const titles: RecordedRequest[] = [];
  const waiters = new Set<Waiter>();
  let player: Player = script([]);

  const complete = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body: unknown = JSON.parse(await readBody(req));
    const ask = readAsk(body, req.headers);
    const request: RecordedRequest = { at: Date.now(), headers: req.headers, body, ask };
    (ask.title ? titles : requests).push(request);
    for (const waiter of ask.title ? [] : waiters) {
      if (!waiter.fits(request)) continue;
      waiters.delete(waiter);
      waiter.resolve(request);
    }
    await send(res, ask.title ? say("A title") : await player(ask), ask);
  };

  const server = createServer((req, res) => {
    handle(req, res, complete).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else sendJson(res, 500, { error: { message: String(error) } });
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

  return {
    url,
    requests,
    titles,
    play(next) {
      player = next;
    },
    async until(fits) {
      const seen = requests.find((request) => fits(request));
      if (seen !== undefined) return seen;
      return await new Promise((resolve, reject) => waiters.add({ fits, resolve, reject }));
    },
    config({ apiKey = "scripted", model = "m", cost, sees = false } = {}) {
      const limit = { context: 128_000, output: 8192 };
      const entry = {
        name: model,
        tool_call: true,
        limit,
        ...(cost === undefined ? {} : { cost }),
        ...(sees ? { modalities: { input: ["text", "image"], output: ["text"] } } : {}),
      };
      return {
        $schema: "https://opencode.ai/config.json",
        model: `local/${model}`,
        small_model: `local/${model}`,
        provider: {
          local: {
            npm: "@ai-sdk/openai-compatible",
            name: "Scripted model",
            options: { baseURL: url, apiKey },
            models: { [model]: entry },
          },
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const waiter of waiters) waiter.reject(new Error("The scripted model was closed."));
      waiters.clear();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(
  req: IncomingMessage,
  res: ServerResponse,
  complete: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
): Promise<void> {
  const path = (req.url ?? "").replace(/\?.*$/, "");
  if (req.method === "POST" && path === "/v1/chat/completions") await complete(req, res);
  else if (req.method === "GET" && path === "/v1/models") {
    sendJson(res, 200, {
      object: "list",
      data: [{ id: "m", object: "model", owned_by: "script" }],
    });
  } else sendJson(res, 404, { error: { message: "Not found." } });
}

async function send(res: ServerResponse, reply: ModelReply, ask: ModelAsk): Promise<void> {
  const status = reply.status ?? 200;
  if (status !== 200) {
    sendJson(res, status, reply.body ?? { error: { message: `Status ${status}.` } }, reply.headers);
    return;
  }
  const silent = reply.text === undefined && (reply.hang === true || reply.drop === true);
  if (ask.stream && !silent) {
    res.writeHead(200, { "content-type": "text/event-stream", ...reply.headers });
    for (const chunk of streamReply(reply, ask.model)) {
      if (reply.chunkDelayMs !== undefined) await sleep(reply.chunkDelayMs);
      if (res.destroyed) return;
      res.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
  }
  if (reply.hang === true) return;
  if (reply.drop === true) {
    // Let what was written leave first: a reset would throw it away.
    if (ask.stream && !silent) await new Promise((resolve) => res.write("\n", resolve));
    res.destroy();
  } else if (ask.stream) res.end("data: [DONE]\n\n");
  else sendJson(res, 200, wholeReply(reply, ask.model), reply.headers);
}

function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  res.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
