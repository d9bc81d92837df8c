import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject, type JsonObject } from "../opencode/merge.ts";

/**
 * A conversation as opencode kept it before it had a database, in one file for each message and each part; in the form
 * that `opencode export` prints. What was said and done is taken, in the shape that opencode wants today.
 *
 * @param storage absolute path of `storage` in opencode's data
 * @returns undefined when there is no such conversation
 */
export async function storedConversation(storage: string, id: string): Promise<string | undefined> {
  const messages = await readAll(join(storage, "message", id));
  if (messages.length === 0) return undefined;
  const read: { info: JsonObject; parts: JsonObject[] }[] = [];
  let asked = "";
  for (const message of messages) {
    if (message["role"] === "user") asked = String(message["id"]);
    const info = message["role"] === "user" ? userMessage(message) : agentMessage(message, asked);
    const parts = await readAll(join(storage, "part", String(message["id"])));
    read.push({ info, parts: parts.filter(isTold) });
  }
  return JSON.stringify({ info: { id }, messages: read });
}

const UNKNOWN = { providerID: "unknown", modelID: "unknown" };

function userMessage(message: JsonObject): JsonObject {
  return { agent: "build", model: UNKNOWN, ...message };
}

function agentMessage(message: JsonObject, parentID: string): JsonObject {
  return {
    ...UNKNOWN,
    parentID,
    mode: "build",
    agent: "build",
    path: { cwd: "/", root: "/" },
    cost: 0,
    tokens: { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } },
    ...message,
  };
}

/** Words, and what tools did to their end: steps and snapshots mean nothing elsewhere. */
function isTold(part: JsonObject): boolean {
  if (part["type"] === "text") return true;
  const state = part["type"] === "tool" && isObject(part["state"]) ? part["state"] : {};
  return state["status"] === "completed" || state["status"] === "error";
}

/** The JSON objects in a directory by their ids, which sort by time. */
async function readAll(directory: string): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  const names: string[] = await readdir(directory).catch(() => []);
  for (const name of names.toSorted()) {
    try {
      const value: unknown = JSON.parse(await readFile(join(directory, name), "utf8"));
      if (isObject(value) && typeof value["id"] === "string") found.push(value);
    } catch {
      // One that is damaged must not take the others along.
    }
  }
  return found;
}
