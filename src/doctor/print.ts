import { createColors } from "picocolors";
import { counted } from "../counted.ts";
import type { Result } from "./run-checks.ts";

/** How it may be drawn. */
export interface Look {
  readonly colour: boolean;
  readonly unicode: boolean;
}

const UNICODE = { ok: "✓", warning: "!", problem: "✗", advice: "→" } as const;
const ASCII = { ok: "ok", warning: "!", problem: "x", advice: "->" } as const;

/** One aligned line for each result, and below it what to do. */
export function printResults(results: readonly Result[], { colour, unicode }: Look): string {
  const colours = createColors(colour);
  const paint = { ok: colours.green, warning: colours.yellow, problem: colours.red };
  const marks = unicode ? UNICODE : ASCII;
  const markWidth = Math.max(...Object.values(marks).map((mark) => mark.length));
  const nameWidth = Math.max(0, ...results.map(({ name }) => name.length));
  const indent = " ".repeat(markWidth + nameWidth + 3);
  const lines = results.flatMap(({ name, status, detail, advice }) => [
    `${paint[status](marks[status].padEnd(markWidth))} ${name.padEnd(nameWidth)}  ${detail}`,
    ...(advice === null ? [] : [`${indent}${colours.dim(`${marks.advice} ${advice}`)}`]),
  ]);
  return `${lines.join("\n")}\n`;
}

/** `1 problem, 2 warnings.` */
export function sum(results: readonly Result[]): string {
  const of = (status: Result["status"]) => results.filter((result) => result.status === status);
  const [problems, warnings] = [of("problem"), of("warning")];
  const words = [
    ...(problems.length > 0 ? [counted(problems, "problem", "problems")] : []),
    ...(warnings.length > 0 ? [counted(warnings, "warning", "warnings")] : []),
  ];
  return words.length === 0 ? "All is well." : `${words.join(", ")}.`;
}
