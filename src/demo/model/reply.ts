import { randomUUID } from "node:crypto";

/** What the scripted model answers. Without any field it says nothing and stops. */
export interface ModelReply {
  readonly text?: string;
  readonly toolCalls?: readonly ToolCall[];
  /** Tokens that it claims to have used; 1000 and 50 unless told. */
  readonly usage?: { readonly input: number; readonly output: number };
  /** An HTTP status other than 200 makes the answer an error with `body`. */
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends the text, if any, and then nothing more until the client leaves. */
  readonly hang?: boolean;
  /** Sends the text, if any, and then cuts the connection. */
  readonly drop?: boolean;
  /** Waits so long before each word of the text, in milliseconds. */
  readonly chunkDelayMs?: number;
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** The reply as the data of server-sent events, in order; `[DONE]` is not among them. */
export function* streamReply(reply: ModelReply, model: string): Generator {
  const head = {
    id: `chatcmpl-${randomUUID()}`,
    object: "chat.completion.chunk",
    created: now(),
    model,
  };
  const chunk = (delta: object, finish: string | null): unknown => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  yield chunk({ role: "assistant", content: "" }, null);
  for (const word of words(reply.text ?? "")) yield chunk({ content: word }, null);
  if (reply.hang === true || reply.drop === true) return;
  for (const [index, call] of toolCalls(reply).entries()) {
    yield chunk({ tool_calls: [{ index, ...call }] }, null);
  }
  yield chunk({}, finishReason(reply));
  yield { ...head, choices: [], usage: usage(reply) };
}

/** The reply as one `chat.completion`. */
export function wholeReply(reply: ModelReply, model: string): unknown {
  const calls = toolCalls(reply);
  const message = { role: "assistant", content: reply.text ?? "" };
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: "chat.completion",
    created: now(),
    model,
    choices: [
      {
        index: 0,
        message: calls.length === 0 ? message : { ...message, tool_calls: calls },
        finish_reason: finishReason(reply),
      },
    ],
    usage: usage(reply),
  };
}

function toolCalls(reply: ModelReply) {
  return (reply.toolCalls ?? []).map((call) => ({
    id: `call_${randomUUID().replaceAll("-", "")}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
}

function finishReason(reply: ModelReply): string {
  return (reply.toolCalls ?? []).length > 0 ? "tool_calls" : "stop";
}

function usage(reply: ModelReply) {
  const { input, output } = reply.usage ?? { input: 1000, output: 50 };
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function words(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? [];
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
