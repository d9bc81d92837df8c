import { parseRef, printRef } from "../kugetsu/ref.ts";
import { asUsage } from "./as-usage.ts";
import { UsageError } from "./command.ts";

/** The issue ref of a command line, printed. @throws UsageError */
export function refArgument(text: string | undefined, verb: string): string {
  if (text === undefined) throw new UsageError(`\`${verb}\` needs an issue ref.`);
  return asUsage(() => printRef(parseRef(text)));
}

/** The same, or `pm-agent`, the session of the PM agent of `init`. @throws UsageError */
export function sessionArgument(text: string | undefined, verb: string): string {
  return text === "pm-agent" ? text : refArgument(text, verb);
}
