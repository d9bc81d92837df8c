import { KugetsuError } from "../kugetsu/errors.ts";
import { parseRef, printRef } from "../kugetsu/ref.ts";
import { UsageError } from "./command.ts";

/** The issue ref of a command line, printed. @throws UsageError */
export function refArgument(text: string | undefined, verb: string): string {
  if (text === undefined) throw new UsageError(`\`${verb}\` needs an issue ref.`);
  try {
    return printRef(parseRef(text));
  } catch (error) {
    if (error instanceof KugetsuError) throw new UsageError(error.message, error.hint);
    throw error;
  }
}

/** The same, or `pm-agent`, the session of the PM agent of `init`. @throws UsageError */
export function sessionArgument(text: string | undefined, verb: string): string {
  return text === "pm-agent" ? text : refArgument(text, verb);
}
