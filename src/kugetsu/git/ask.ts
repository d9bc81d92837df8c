import { simpleGit } from "simple-git";
import { KugetsuError } from "../errors.ts";
import { plainEnvironment } from "./environment.ts";
import type { GitPlace } from "./place.ts";

/**
 * Asks the mirror something that needs neither network nor worktree, and returns git's words; empty when git has no
 * answer.
 *
 * @throws KugetsuError `failed`
 */
export async function ask(
  place: GitPlace,
  mirror: string,
  args: readonly string[],
): Promise<string> {
  const env = { ...plainEnvironment(place.env), GIT_DIR: mirror };
  try {
    const git = simpleGit({
      baseDir: mirror,
      timeout: { block: 120_000 },
      // simple-git passes on no GIT_ variable that is not named; GIT_CONFIG_GLOBAL=/dev/null counts as a path.
      allowEnvironment: Object.keys(env).filter((name) => name.startsWith("GIT_")),
      unsafe: { allowUnsafeConfigPaths: true },
    });
    return await git.env(env).raw([...args]);
  } catch (cause) {
    throw new KugetsuError("failed", "The mirror of the repository could not be read.", { cause });
  }
}
