import { KugetsuError } from "../kugetsu/errors.ts";
import { UsageError } from "./command.ts";

/** Reads an argument: what the core calls `invalid` is wrong usage there. @throws UsageError */
export function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "invalid")
      throw new UsageError(error.message, error.hint);
    throw error;
  }
}
