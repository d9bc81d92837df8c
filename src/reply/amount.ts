import { numberWords } from "../kugetsu/amount-words.ts";
import type { Tokens } from "../kugetsu/runner.ts";

/** For example `45 s`, `4 min`, `1 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0
    ? `${minutes / 60} h`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** For example `1 commit`, `2 commits`. */
export function count(number: number, noun: string): string {
  return `${numberWords(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** For example `12,345 tokens in, 678 out, 9,000 from the cache`. */
export function tokensUsed(tokens: Tokens | undefined): string {
  if (tokens === undefined) return "tokens unknown";
  const cached = tokens.cached > 0 ? `, ${numberWords(tokens.cached)} from the cache` : "";
  return `${numberWords(tokens.input)} tokens in, ${numberWords(tokens.output)} out${cached}`;
}

/** @param dollars undefined where the provider has no prices */
export function price(dollars: number | undefined): string {
  if (dollars === undefined) return "cost unknown";
  if (dollars > 0 && dollars < 0.01) return "less than $0.01";
  return `$${dollars.toFixed(2)}`;
}
