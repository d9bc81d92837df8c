/**
 * Refuses what Gitea refuses after a push has been let in, with its words. The environment is set by the HTTP
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
    [ "$ref" != "refs/heads/$branch" ] || refuse "Not allowed to push to protected branch $branch"
  done
done
exit 0
`;

export function preReceiveEnv(push: {
  login: string;
  mayWrite: boolean;
  protectedBranches: Iterable<string>;
}): Record<string, string> {
  return {
    FORGE_PUSHER: push.login,
    FORGE_MAY_WRITE: push.mayWrite ? "yes" : "no",
    FORGE_PROTECTED: [...push.protectedBranches].join("\n"),
  };
}
