import { setTimeout as sleep } from "node:timers/promises";
import { createParser } from "eventsource-parser";
import { isObject, type JsonObject } from "./merge.ts";

/** Something that happened in opencode. */
export interface AgentEvent {
  /** For example `message.updated`. */
  readonly type: string;
  /** Parsed when it is first called: the whole output of a tool can stand in it. */
  readonly properties: () => JsonObject;
}

export interface StreamListener {
  readonly event: (event: AgentEvent) => void;
  /** So many bytes have come. */
  readonly bytes: (count: number) => void;
}

export interface EventStream {
  /** Resolves with the first event, from which on none is missed, or when it is closed. */
  readonly opened: Promise<void>;
  readonly close: () => void;
}

const RECONNECT_MS = 250;
// The largest that opencode was seen to send is some 100 KB; what is larger is no event.
const MAX_EVENT_CHARACTERS = 64 * 1024 * 1024;

/** Reads a stream of server-sent events until it is closed, and opens it again whenever it breaks. */
export function followEvents(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>,
  listener: StreamListener,
): EventStream {
  const life = new AbortController();
  const { promise: opened, resolve: haveOpened } = Promise.withResolvers<void>();

  const read = async (): Promise<void> => {
    const parser = createParser({
      maxBufferSize: MAX_EVENT_CHARACTERS,
      onEvent: ({ data }) => {
        const event = readEvent(data);
        if (life.signal.aborted || event === undefined) return;
        listener.event(event);
        haveOpened();
      },
    });
    const decoder = new TextDecoder();
    for await (const chunk of await open(life.signal)) {
      listener.bytes(chunk.byteLength);
      parser.feed(decoder.decode(chunk, { stream: true }));
    }
  };

  const follow = async (): Promise<void> => {
    while (!life.signal.aborted) {
      await read().catch(() => undefined);
      await sleep(RECONNECT_MS, undefined, { signal: life.signal }).catch(() => undefined);
    }
  };

  void follow();
  return {
    opened,
    close() {
      life.abort();
      haveOpened();
    },
  };
}

/** An event of opencode, from the text of a server-sent one; undefined when it is none. */
export function readEvent(data: string): AgentEvent | undefined {
  // This is how opencode writes it, so that its type is known without reading all of it.
  const [, written] = /^\{(?:"id":"[^"\\]*",)?"type":"([^"\\]+)",/.exec(data.slice(0, 200)) ?? [];
  if (written !== undefined) {
    let properties: JsonObject | undefined;
    return { type: written, properties: () => (properties ??= propertiesOf(parsed(data))) };
  }
  const event = parsed(data);
  const type = event["type"];
  return typeof type === "string" ? { type, properties: () => propertiesOf(event) } : undefined;
}

function parsed(data: string): JsonObject {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function propertiesOf(event: JsonObject): JsonObject {
  return isObject(event["properties"]) ? event["properties"] : {};
}
