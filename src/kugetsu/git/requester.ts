import { KugetsuError } from "../errors.ts";
import { boxedCommand } from "./boxed.ts";
import { assertKey } from "./check.ts";
import { privatePath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import { run } from "./run.ts";
import { agentRepository } from "./worktree.ts";
import type { AgentWorktree } from "./worktree.ts";

export interface RequesterRequest extends AgentWorktree {
  /** Login of who asked for the turn. */
  readonly requestedBy: string;
}

// The agent may have replaced the hook, or its directory by a link: the box does the writing.
const WRITE =
  'mkdir -p -- "$1/hooks" && cat > "$1/hooks/prepare-commit-msg" && chmod 755 -- "$1/hooks/prepare-commit-msg"';

/**
 * Lets the agent's own commits say who asked for them, as the bot's do. A repository with hooks of its own
 * (`core.hooksPath`) goes without; that is no failure.
 */
export async function nameRequester(place: GitPlace, request: RequesterRequest): Promise<void> {
  assertKey(request.key);
  if (!/^[\w.-]{1,100}$/.test(request.requestedBy)) return;
  const repository = privatePath(place, request.key);
  const hook = `#!/bin/sh
git interpret-trailers --in-place --if-exists addIfDifferent --trailer 'Requested-by: ${request.requestedBy}' "$1" || :
`;
  const command = await boxedCommand(
    place,
    { ...agentRepository(place, request), cwd: repository },
    ["-c", WRITE, "sh", repository],
    "sh",
  );
  try {
    await run(command, { timeoutMs: 10_000, input: hook, signal: request.signal });
  } catch (error) {
    // Without its repository the box has nowhere to run in; what is missing is found where it matters.
    if (!(error instanceof KugetsuError) || error.code !== "failed") throw error;
  }
}
