import type { Face } from "./sandbox.ts";

/**
 * Refuses what the forge refuses after a push has been let in, with its words. The environment is set by the HTTP
 * side; without it (the forge's own acts) everything is allowed.
 */
export const PRE_RECEIVE_HOOK = `#!/bin/sh
refuse() {
  printf '\\nerror:\\nerror: %s\\nerror:\\n' "$1" >&2
  exit 1
}
[ -n "$FORGE_PUSHER" ] || exit 0
[ "$FORGE_MAY_WRITE" = yes ] || refuse "User permission denied for writing."
while read -r _old _new ref; do
  for branch in $FORGE_PROTECTED; do
    [ "$ref" != "refs/heads/$branch" ] && continue
    [ "$FORGE_FACE" = github ] && refuse "GH006: Protected branch update failed for $ref."
    refuse "Not allowed to push to protected branch $branch"
  done
done
exit 0
`;

export function preReceiveEnv(push: {
  login: string;
  face: Face;
  mayWrite: boolean;
  protectedBranches: Iterable<string>;
}): Record<string, string> {
  return {
    FORGE_PUSHER: push.login,
    FORGE_FACE: push.face,
    FORGE_MAY_WRITE: push.mayWrite ? "yes" : "no",
    FORGE_PROTECTED: [...push.protectedBranches].join("\n"),
  };
}
