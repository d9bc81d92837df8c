import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./command.ts";

/** `parseArgs`, strict, with positionals and `--help` everywhere. @throws UsageError */
export function parseArguments<const T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
  positionals: { readonly max: number },
) {
  const parsed = parseStrictly(args, options);
  const surplus = parsed.positionals[positionals.max];
  if (surplus !== undefined)
    throw new UsageError(`There is one argument too many: ${shorten(surplus)}.`);
  return parsed;
}

function parseStrictly<const T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Node's own words end in a sentence about `--`; the first one says it.
    if (code?.startsWith("ERR_PARSE_ARGS"))
      throw new UsageError(`${message.split(/\. |\n/)[0]?.replace(/\.$/, "")}.`);
    throw error;
  }
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
