import { randomBytes } from "node:crypto";
import { KugetsuError } from "../errors.ts";
import { isObject, type JsonObject } from "./merge.ts";
import type { SyncEvent } from "./port.ts";

/** A conversation as `opencode export` prints it. */
export interface Conversation {
  readonly info: JsonObject;
  readonly messages: readonly {
    readonly info: JsonObject;
    readonly parts: readonly JsonObject[];
  }[];
}

/**
 * Reads an exported conversation.
 *
 * @throws KugetsuError `invalid` when it is none
 */
export function readConversation(text: string): Conversation {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && isObject(value["info"]) && Array.isArray(value["messages"])) {
      const messages: readonly unknown[] = value["messages"];
      return { info: value["info"], messages: messages.map(readMessage) };
    }
  } catch (error) {
    throw new KugetsuError("invalid", "The conversation to fork from cannot be read.", {
      cause: error,
    });
  }
  throw new KugetsuError("invalid", "The conversation to fork from cannot be read.");
}

/**
 * The conversation as events that put it into another session, which keeps its own directory and project. Messages
 * and parts get new ids in the same order, since ids sort by time and are unique in a database.
 *
 * @param session the session that takes it, and how many events its history has already
 */
export function conversationEvents(
  conversation: Conversation,
  session: { readonly id: string; readonly events: number },
): readonly SyncEvent[] {
  const ids = new Map<string, string>();
  for (const { info, parts } of conversation.messages) {
    for (const { id } of [info, ...parts] as { id: string }[]) ids.set(id, renewId(id));
  }
  const events: SyncEvent[] = [];
  const add = (type: string, data: JsonObject) => {
    const seq = session.events + events.length;
    const id = `evt_${seq.toString(16).padStart(12, "0")}${randomTail()}`;
    events.push({
      id,
      aggregateID: session.id,
      seq,
      type,
      data: { sessionID: session.id, ...data },
    });
  };
  for (const { info, parts } of conversation.messages) {
    add("message.updated.1", { info: { ...renewed(info, ids), sessionID: session.id } });
    for (const part of parts) {
      add("message.part.updated.1", {
        part: { ...renewed(part, ids), sessionID: session.id },
        time: timeOf(info),
      });
    }
  }
  return events;
}

/** Cuts events into requests: one event takes 2 to 8 ms, and a request must not take as long as its time limit. */
export function* batches(
  events: readonly SyncEvent[],
  size = 100,
): Generator<readonly SyncEvent[]> {
  for (let start = 0; start < events.length; start += size) yield events.slice(start, start + size);
}

function readMessage(value: unknown): Conversation["messages"][number] {
  const { info, parts } = isObject(value) ? value : {};
  const isMessage =
    isObject(info) &&
    Array.isArray(parts) &&
    [info, ...parts].every((item) => typeof item?.id === "string");
  if (!isMessage) throw new TypeError("a message without info, parts or id");
  return { info, parts: parts as readonly JsonObject[] };
}

/** References lie in several fields (`parentID`, `messageID`, …): whatever equals an id is one. */
function renewed(value: JsonObject, ids: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === "string" ? (ids.get(item) ?? item) : item,
    ]),
  );
}

/** `msg_` + 12 digits of time, by which opencode sorts, + 14 of chance: only the last are new. */
function renewId(id: string): string {
  const prefix = id.slice(0, id.indexOf("_") + 1);
  return `${id.slice(0, prefix.length + 12)}${randomTail()}`;
}

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function randomTail(): string {
  return [...randomBytes(14)].map((byte) => DIGITS[byte % DIGITS.length]).join("");
}

function timeOf(info: JsonObject): number {
  const time = isObject(info["time"]) ? info["time"]["created"] : undefined;
  return typeof time === "number" ? time : 0;
}
