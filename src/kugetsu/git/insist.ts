import { boxedCommand, boxedGit } from "./boxed.ts";
import type { BoxedRepository } from "./boxed.ts";
import type { GitPlace } from "./place.ts";
import { run } from "./run.ts";
import type { Ended, RunLimits } from "./run.ts";

/** Runs git in an agent's repository, and where that fails once more without the locks that a killed git has left. */
export async function insist(
  place: GitPlace,
  repository: BoxedRepository,
  args: readonly string[],
  limits: RunLimits,
): Promise<Ended> {
  const ended = await boxedGit(place, repository, args, limits);
  if (ended.code === 0) return ended;
  await removeLocks(place, repository);
  return boxedGit(place, repository, args, limits);
}

/** A git that was killed with its agent leaves locks. They lie where an agent can write, so the box removes them. */
async function removeLocks(place: GitPlace, repository: BoxedRepository): Promise<void> {
  const names = ["index.lock", "HEAD.lock"];
  const paths: string[] = [];
  for (const name of names) {
    const ended = await boxedGit(place, repository, [
      "rev-parse",
      "--path-format=absolute",
      "--git-path",
      name,
    ]);
    const path = ended.stdout.toString().trim();
    if (ended.code === 0 && path.startsWith("/") && path.endsWith(`/${name}`)) paths.push(path);
  }
  if (paths.length === 0) return;
  await run(await boxedCommand(place, repository, ["-f", "--", ...paths], "rm"), {
    timeoutMs: place.boxedMs,
  });
}
