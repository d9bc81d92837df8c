import type { ModelAsk } from "./ask.ts";
import type { ModelReply } from "./reply.ts";

/** Decides what the model answers to one request. */
export type Player = (ask: ModelAsk) => ModelReply | Promise<ModelReply>;

/** One answer of a turn, or how to find it. */
export type Step = ModelReply | Player;

/**
 * Plays these answers in order, from the first one again in every turn of a conversation. After the last one it says
 * `Done.`
 */
export function script(steps: readonly Step[]): Player {
  return (ask) => {
    const step = steps[ask.step] ?? say("Done.");
    return typeof step === "function" ? step(ask) : step;
  };
}

/** The model says this and ends the turn. */
export function say(text: string): ModelReply {
  return { text };
}

/** The model runs a shell command. `timeoutMs` is the tool's own limit, 120 s unless told. */
export function bash(command: string, timeoutMs?: number): ModelReply {
  const limit = timeoutMs === undefined ? {} : { timeout: timeoutMs };
  return call("bash", { command, description: "Runs a command", ...limit });
}

/** The model reads a file; `path` is absolute. */
export function read(path: string): ModelReply {
  return call("read", { filePath: path });
}

/** The model writes a whole file; `path` is absolute or below the agent's directory. */
export function write(path: string, content: string): ModelReply {
  return call("write", { filePath: path, content });
}

/** The model replaces a piece of a file that it has read before. */
export function edit(path: string, oldString: string, newString: string): ModelReply {
  return call("edit", { filePath: path, oldString, newString });
}

/** The model calls any tool. */
export function call(name: string, args: Readonly<Record<string, unknown>>): ModelReply {
  return { toolCalls: [{ name, arguments: args }] };
}
