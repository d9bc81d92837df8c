import { parseArguments } from "../arguments.ts";
import type { GiveOptions } from "./give.ts";

const OPTIONS = {
  debug: { type: "boolean" },
  detach: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** What `start`, `continue` and `delegate` have in common on the command line. @throws UsageError */
export function orderArguments(
  args: readonly string[],
  positionals: { readonly max: number },
): { readonly positionals: readonly string[]; readonly options: GiveOptions } {
  const parsed = parseArguments(args, OPTIONS, positionals);
  const { debug = false, detach = false, json = false } = parsed.values;
  return { positionals: parsed.positionals, options: { debug, detach, json } };
}
