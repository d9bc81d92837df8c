import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Activity } from "../kugetsu/runner.ts";
import type { Mask } from "../secrets.ts";
import type { TurnLogFact } from "./entry.ts";

/** Writes down what happens in one turn. Disposing of it waits until all is written. */
export interface TurnLog extends AsyncDisposable {
  readonly write: (fact: TurnLogFact) => void;
  readonly activity: (activity: Activity) => void;
}

/** A tool can print for hours; a log is read by people. */
const MOST_BYTES = 16 * 1024 ** 2;

/**
 * Opens a turn's log, to be added to. Nothing that is wrong with the file disturbs the turn: `failed` is told once.
 * Words are written line by line, since a secret may come in two pieces.
 */
export function openTurnLog(
  path: string,
  options: {
    readonly mask: Mask;
    readonly failed: (error: unknown) => void;
    readonly mostBytes?: number;
    readonly now?: () => number;
  },
): TurnLog {
  const { mask, mostBytes = MOST_BYTES, now = Date.now } = options;
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  let isBroken = false;
  stream.on("error", (error) => {
    if (!isBroken) options.failed(error);
    isBroken = true;
  });
  let bytes = 0;
  let pending: { kind: "words" | "thought"; text: string } | undefined;

  const put = (fact: TurnLogFact): void => {
    const isFrame = fact.kind === "begin" || fact.kind === "end";
    if (isBroken || (bytes > mostBytes && !isFrame)) return;
    const line = `${mask(JSON.stringify({ at: now(), ...fact }))}\n`;
    bytes += line.length;
    stream.write(line);
    if (bytes > mostBytes && !isFrame)
      stream.write(`${JSON.stringify({ at: now(), kind: "note", text: TOO_LONG })}\n`);
  };
  const flush = (): void => {
    if (pending !== undefined && pending.text !== "")
      put({ ...pending, text: pending.text.endsWith("\n") ? pending.text : `${pending.text}\n` });
    pending = undefined;
  };
  const say = (kind: "words" | "thought", text: string): void => {
    if (pending?.kind !== kind) flush();
    const all = (pending?.text ?? "") + text;
    const end = all.lastIndexOf("\n") + 1;
    if (end > 0) put({ kind, text: all.slice(0, end) });
    pending = { kind, text: all.slice(end) };
  };
  const write = (fact: TurnLogFact): void => {
    flush();
    put(fact);
  };
  return {
    write,
    activity: (activity) => {
      if (activity.kind === "words" || activity.kind === "thought")
        say(activity.kind, activity.text);
      else write(activity);
    },
    [Symbol.asyncDispose]: async () => {
      flush();
      stream.end();
      await finished(stream).catch(() => undefined);
    },
  };
}

const TOO_LONG = "The log ends here: it is too long. The turn goes on.";
