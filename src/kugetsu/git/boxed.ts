import { dirname } from "node:path";
import { directoriesAmong } from "./directory.ts";
import { gitEnvironment } from "./environment.ts";
import type { GitPlace } from "./place.ts";
import { run } from "./run.ts";
import type { Command, Ended, RunLimits } from "./run.ts";

/** A repository as git is to see it inside the box. */
export interface BoxedRepository {
  readonly cwd: string;
  /** Absolute path of the worktree that it belongs to. */
  readonly worktree: string;
  /** The agent's environment; what git must be told by us goes over it. */
  readonly env: Readonly<Record<string, string>>;
  readonly readable: readonly string[];
  readonly writable: readonly string[];
}

/**
 * The command that runs git inside the box: with the agent's configuration, hooks and filters, for which the box is
 * made. Whatever it says is hostile.
 */
export async function boxedCommand(
  place: GitPlace,
  repository: BoxedRepository,
  args: readonly string[],
  file = "git",
): Promise<Command> {
  return place.box({
    file,
    args,
    cwd: repository.cwd,
    scope: repository.worktree,
    env: {
      ...repository.env,
      ...gitEnvironment({ ...place.env, ...repository.env }),
      // A worktree without `.git` is no repository, whatever lies above it.
      GIT_CEILING_DIRECTORIES: dirname(repository.cwd),
      // The bot's own may lie where the box has nothing.
      TMPDIR: "/tmp",
    },
    // A box can show only what is there, and an agent may have removed any of it.
    readable: await directoriesAmong(repository.readable),
    writable: await directoriesAmong(repository.writable),
  });
}

/** Runs git inside the box. @throws as `run` does */
export async function boxedGit(
  place: GitPlace,
  repository: BoxedRepository,
  args: readonly string[],
  limits: RunLimits = {},
): Promise<Ended> {
  return run(await boxedCommand(place, repository, args), { timeoutMs: place.boxedMs, ...limits });
}
