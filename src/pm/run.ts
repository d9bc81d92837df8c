import { UsageError } from "../cli/command.ts";
import { KugetsuError, safeMessage } from "../kugetsu/errors.ts";
import type { PmDeskOptions, PmOutput } from "./desk.ts";
import { PM_HELP, PM_VERBS } from "./verbs.ts";

/** Runs one command line of a PM agent and returns its exit code: 0 done, 1 failed, 2 wrong usage. Never throws. */
export async function runPmVerb(
  args: readonly string[],
  desk: PmDeskOptions,
  output: PmOutput,
): Promise<number> {
  const [name = "help", ...rest] = args;
  if (name === "help" || name === "--help" || rest.includes("--help")) {
    output.out(PM_HELP);
    return 0;
  }
  try {
    if (!Object.hasOwn(PM_VERBS, name))
      throw new UsageError(
        `A PM agent cannot do ${JSON.stringify(name.slice(0, 40))}: ${Object.keys(PM_VERBS).join(", ")} are what there is.`,
      );
    await PM_VERBS[name as keyof typeof PM_VERBS](rest, desk, output);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      output.err(`kugetsu: ${error.message} \`kugetsu help\` says how.\n`);
      return 2;
    }
    if (output.signal.aborted) return 1;
    if (!(error instanceof KugetsuError))
      desk.log.error({ err: error, job: desk.job.id }, "A call of the PM agent failed.");
    const hint = error instanceof KugetsuError && error.hint !== undefined ? ` ${error.hint}` : "";
    output.err(`kugetsu: ${safeMessage(error)}${hint}\n`);
    return 1;
  }
}
