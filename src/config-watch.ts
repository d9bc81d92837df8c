import { type WorkConfig, readWorkConfig, userHomeOf } from "./config.ts";
import { watchConfigFile } from "./kugetsu/config-file/watch.ts";
import { KugetsuError } from "./kugetsu/errors.ts";

/**
 * Gives the configuration as the home's config file has it at each call; what only the start looks at (home,
 * sandbox, …) changes nothing there. Costs one `stat` while nothing changed. A file that cannot be used leaves the
 * last good values in force.
 *
 * @param initial what the process started with
 * @param warn told once, at each change, of what is wrong
 */
export function watchConfig(
  initial: WorkConfig,
  warn: (message: string) => void,
): () => Promise<WorkConfig> {
  const { environment, file } = initial.secrets;
  const readFile = watchConfigFile(file, { userHome: userHomeOf(environment), warn });
  let known = file;
  let held = initial;
  return async () => {
    const now = await readFile();
    if (now === known) return held;
    known = now;
    try {
      const config = readWorkConfig(environment, now);
      const told = new Set(held.warnings);
      for (const warning of config.warnings) if (!told.has(warning)) warn(warning);
      held = config;
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      warn(`${error.message}\nThe settings read before still hold.`);
    }
    return held;
  };
}
