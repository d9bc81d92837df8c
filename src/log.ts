import { pino } from "pino";
import pc from "picocolors";
import type { LogLevel } from "./config.ts";

/**
 * What is written about the program's run; messages are sentences, everything that varies is a field. An error stands
 * in the field `err`.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Takes every secret out of a text. No line is written without it. */
  readonly mask: (text: string) => string;
  /** Where lines go; in a terminal they are written for people, else as JSON. */
  readonly stream: { write(text: string): unknown; readonly isTTY?: boolean };
}

/** A log whose every line goes through `mask`, the one choke point. */
export function createLog({ level, mask, stream }: LogOptions): Log {
  const readable = stream.isTTY === true;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.err },
    },
    {
      write(line: string) {
        stream.write(mask(readable ? forTerminal(line) : line));
      },
    },
  );
}

const COLOURS: Readonly<Record<string, (text: string) => string>> = {
  warn: pc.yellow,
  error: pc.red,
  fatal: pc.red,
};

function forTerminal(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const name = String(level);
  const parts = [
    pc.dim(String(time).slice(11, 19)),
    (COLOURS[name] ?? pc.green)(name.padEnd(5)),
    plain(typeof msg === "string" ? msg : ""),
    ...Object.entries(fields).map(([key, value]) =>
      pc.dim(`${plain(key)}=${plain(printValue(value))}`),
    ),
  ];
  return `${parts.join(" ")}\n${err === undefined ? "" : printError(err)}`;
}

function printValue(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function printError(error: unknown): string {
  const stack = (error as { stack?: unknown } | null)?.stack;
  const text = typeof stack === "string" ? stack : printValue(error);
  return text
    .split("\n")
    .map((line) => `    ${pc.dim(plain(line))}\n`)
    .join("");
}

/** Without what would steer the terminal, or make one line look like two. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
}
