import { createEnvFiles } from "../env/files.ts";
import { isForgeCredential } from "../env/withheld.ts";
import { KugetsuError } from "../errors.ts";
import type { Home } from "../home.ts";

/**
 * Closes the shell version's env files to other users, and finds the forge tokens that its dev agents had.
 *
 * @returns what the operator should know; never a value
 */
export async function checkEnvFiles(home: Home): Promise<string[]> {
  const warnings: string[] = [];
  const files = createEnvFiles(home.env, {
    warn: (message) => warnings.push(message.replace(/\.$/, "")),
  });
  for (const file of await files.list()) {
    try {
      const names = [...(await files.read(file)).keys()].filter(isForgeCredential);
      if (file !== "default" || names.length === 0) continue;
      warnings.push(
        `${names.join(", ")} in env/default.env is withheld from dev agents from now on; ` +
          "give the PM agent its own: `kugetsu env set NAME - pm-agent`",
      );
    } catch (error) {
      if (!(error instanceof KugetsuError)) throw error;
      warnings.push(error.message.replace(/\.$/, ""));
    }
  }
  return warnings;
}
