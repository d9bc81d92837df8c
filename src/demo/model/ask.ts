import type { IncomingHttpHeaders } from "node:http";

/** One message of a chat completion request, as far as a script needs it. */
export interface ChatMessage {
  readonly role: string;
  /** The text of the message; parts are joined by line breaks. */
  readonly text: string;
  /** Names of the tools that an assistant message calls. */
  readonly calls: readonly string[];
  /** Pictures, as `data:` addresses. */
  readonly pictures: readonly string[];
}

/** What the agent asks the model, read once so that scripts stay short. */
export interface ModelAsk {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Names of the tools that are offered. */
  readonly tools: readonly string[];
  readonly headers: IncomingHttpHeaders;
  /** How many user messages the conversation has; what a fork inherited counts too. */
  readonly turn: number;
  /** How many answers this turn has had already: 0 at its first request. */
  readonly step: number;
  /** What the tools answered since the last user message. */
  readonly results: readonly string[];
  readonly lastUser: string;
  /** The whole conversation in one text, system prompt included. */
  readonly text: string;
  /** opencode's request for a session title, which no script sees. */
  readonly title: boolean;
  readonly stream: boolean;
}

/** Reads the parsed body of a chat completion request; what is missing or of another type counts as empty. */
export function readAsk(body: unknown, headers: IncomingHttpHeaders): ModelAsk {
  const request = record(body);
  const messages = list(request["messages"]).map(readMessage);
  const lastUserAt = messages.findLastIndex((message) => message.role === "user");
  const sinceUser = messages.slice(lastUserAt + 1);
  const system = messages.filter((message) => message.role === "system");
  return {
    model: text(request["model"]),
    messages,
    tools: list(request["tools"]).map((tool) => text(record(record(tool)["function"])["name"])),
    headers,
    turn: messages.filter((message) => message.role === "user").length,
    step: sinceUser.filter((message) => message.role === "assistant").length,
    results: sinceUser.filter((message) => message.role === "tool").map((message) => message.text),
    lastUser: messages[lastUserAt]?.text ?? "",
    text: messages.map((message) => message.text).join("\n"),
    title: system.some((message) => message.text.startsWith("You are a title generator")),
    stream: request["stream"] === true,
  };
}

function readMessage(value: unknown): ChatMessage {
  const message = record(value);
  return {
    role: text(message["role"]),
    text: contentText(message["content"]),
    calls: list(message["tool_calls"]).map((call) =>
      text(record(record(call)["function"])["name"]),
    ),
    pictures: list(message["content"])
      .map((part) => text(record(record(part)["image_url"])["url"]))
      .filter((url) => url !== ""),
  };
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content)
    .filter((part) => record(part)["type"] !== "image_url")
    .map((part) => text(record(part)["text"]))
    .join("\n");
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
