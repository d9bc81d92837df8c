import type { SandboxForge } from "../../src/demo/forge/sandbox.ts";

/** What a bot asks that is often not there, or comes without a password first. */
const USUAL = [
  /^404 GET \/api\/v\d\/repos\/[^/]+\/[^/]+\/branches\/[^/]+$/,
  /^401 GET \/[^/]+\/[^/]+\/info\/refs\?service=git-(?:upload|receive)-pack$/,
];

/**
 * What the forge refused, as `422 POST /api/v3/…`. It knows no field, no query and no address that the published
 * description of its API has not, so that none of this may be there but what a test has asked for.
 */
export function refusals(
  forge: Pick<SandboxForge, "requests">,
  expected: readonly RegExp[] = [],
): string[] {
  return forge.requests
    .filter(({ status }) => typeof status !== "number" || status >= 400)
    .map(({ status, method, path }) => `${status} ${method} ${path}`)
    .filter((line) => ![...USUAL, ...expected].some((one) => one.test(line)));
}
