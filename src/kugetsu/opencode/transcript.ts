import { isAbsolute, relative } from "node:path";
import type { Activity, Progress } from "../runner.ts";
import { isObject, type JsonObject } from "./merge.ts";
import { oneLine } from "./words.ts";

/** What an agent said and did in one turn, as far as its updates tell. */
export interface Transcript {
  /** Takes one `session/update`; calls back when there is something to show. */
  update(update: JsonObject): void;
  /** The last message that has words, after the last tool call where there is one. */
  text(): string;
}

export interface TranscriptOptions {
  readonly cwd: string;
  readonly onProgress: (progress: Progress) => void;
  readonly onActivity?: ((activity: Activity) => void) | undefined;
  /** Takes secrets out of what is cut afterwards: half of one would not be found. */
  readonly mask?: (text: string) => string;
  /** Milliseconds since any fixed moment. */
  readonly now?: () => number;
}

const TITLE_LENGTH = 120;
const SNIPPET_LENGTH = 200;
// A model's answer that was cut is asked for again after 2 s at the least; within one answer words follow faster.
const RETRY_PAUSE_MS = 1500;

/** Listens to a turn. */
export function createTranscript(options: TranscriptOptions): Transcript {
  const { cwd, onProgress, onActivity, mask = (text) => text, now = Date.now } = options;
  const messages = new Map<string, string>();
  const tools = new Map<string, string>();
  const told = new Map<string, string>();
  const ended = new Set<string>();
  let lastChunkAt = 0;

  const say = (update: JsonObject) => {
    const chunk = isObject(update["content"]) ? update["content"]["text"] : undefined;
    if (typeof chunk !== "string") return;
    const id = String(update["messageId"]);
    const before = messages.get(id) ?? "";
    // A try that was cut sends its words again under the same id.
    const again =
      before !== "" && now() - lastChunkAt >= RETRY_PAUSE_MS && before.startsWith(chunk);
    const text = again ? chunk : before + chunk;
    lastChunkAt = now();
    messages.delete(id);
    messages.set(id, text);
    onActivity?.({ kind: "words", text: chunk });
    onProgress({ kind: "text", text: oneLine(text.slice(-SNIPPET_LENGTH), SNIPPET_LENGTH) });
  };

  const act = (update: JsonObject) => {
    const id = String(update["toolCallId"]);
    if (update["sessionUpdate"] === "tool_call") tools.set(id, String(update["title"]));
    const input = isObject(update["rawInput"]) ? update["rawInput"] : {};
    // The first update names only the tool; its input follows.
    if (update["status"] === "pending") return;
    if (!told.has(id)) {
      const title = toolTitle(tools.get(id) ?? "tool", input, cwd, mask);
      told.set(id, title);
      onActivity?.({ kind: "tool", title, input: JSON.stringify(input) });
      onProgress({ kind: "tool", text: title });
    }
    if ((update["status"] === "completed" || update["status"] === "failed") && !ended.has(id)) {
      ended.add(id);
      onActivity?.({ kind: "result", title: told.get(id) ?? "", ...resultOf(update) });
    }
  };

  return {
    update(update) {
      switch (update["sessionUpdate"]) {
        case "agent_message_chunk":
          say(update);
          break;
        case "agent_thought_chunk":
          onProgress({ kind: "thinking", text: "" });
          if (isObject(update["content"]) && typeof update["content"]["text"] === "string")
            onActivity?.({ kind: "thought", text: update["content"]["text"] });
          break;
        case "tool_call":
        case "tool_call_update":
          act(update);
          break;
        default:
      }
    },
    text: () => [...messages.values()].findLast((text) => text.trim() !== "")?.trim() ?? "",
  };
}

/** What a tool ended with. A command's exit code stands in the metadata alone. */
function resultOf(update: JsonObject): { readonly output: string; readonly failed: boolean } {
  const raw = isObject(update["rawOutput"]) ? update["rawOutput"] : {};
  const metadata = isObject(raw["metadata"]) ? raw["metadata"] : {};
  const output = raw["output"] ?? raw["error"];
  const exit = metadata["exit"];
  return {
    output: typeof output === "string" ? output : "",
    failed: update["status"] === "failed" || (typeof exit === "number" && exit !== 0),
  };
}

/** The agent's last words of a turn, from the messages of its session; undefined when there are none. */
export function lastWords(messages: readonly JsonObject[]): string | undefined {
  const lastUser = messages.findLastIndex(({ info }) => isObject(info) && info["role"] === "user");
  return messages
    .slice(lastUser + 1)
    .map(wordsOf)
    .findLast((text) => text !== "");
}

function wordsOf(message: JsonObject): string {
  const parts: readonly unknown[] = Array.isArray(message["parts"]) ? message["parts"] : [];
  return parts
    .filter((part) => isObject(part) && part["type"] === "text" && part["ignored"] !== true)
    .map((part) => String((part as JsonObject)["text"]).trim())
    .filter((text) => text !== "")
    .join("\n\n");
}

/** What a tool call does, for example `bash: npm test` or `edit src/a.ts`. */
export function toolTitle(
  tool: string,
  input: JsonObject,
  cwd: string,
  mask: (text: string) => string = (text) => text,
): string {
  const text = (name: string) => {
    const value = input[name];
    return typeof value === "string" ? mask(value) : undefined;
  };
  const path = text("filePath") ?? text("path");
  const detail =
    text("command") ?? text("pattern") ?? text("url") ?? text("query") ?? text("description");
  if (text("filePath") !== undefined)
    return oneLine(`${tool} ${shortPath(path ?? "", cwd)}`, TITLE_LENGTH);
  return oneLine(detail === undefined ? tool : `${tool}: ${detail}`, TITLE_LENGTH);
}

function shortPath(path: string, cwd: string): string {
  const short = isAbsolute(path) ? relative(cwd, path) : path;
  return short.startsWith("../") ? path : short;
}
