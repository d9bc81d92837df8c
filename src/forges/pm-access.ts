import { isForgeCredential } from "../kugetsu/env/withheld.ts";
import type { PmAccess } from "../kugetsu/options.ts";
import type { ForgeSetting } from "./setting.ts";

const FAMILIES = {
  gitea: /^(?:GITEA|FORGEJO|GOGS|CODEBERG|TEA)_/i,
  github: /^(?:GITHUB|GH)_/i,
} as const;
const KINDS = ["gitea", "github"] as const;

/**
 * What a PM agent gets for an order that came from the forge at `url`. The tokens of `pm-agent.env` are for the first
 * configured forge of their kind (the environment's, where it has one): on any other they are withheld, since the
 * agent would send them there, or could be talked into it by whoever writes there. Where none of their kind is
 * configured, nobody knows what they are for, and they are withheld too.
 */
export function pmAccess(forges: readonly ForgeSetting[], url: string): PmAccess {
  const kind = forges.find((forge) => forge.url === url)?.kind ?? "gitea";
  return {
    urlName: kind === "gitea" ? "GITEA_URL" : "GITHUB_URL",
    whyWithheld: (name) => {
      if (!isForgeCredential(name) && !/^(?:GITEA|GITHUB)_URL$/.test(name)) return undefined;
      const family = KINDS.find((one) => FAMILIES[one].test(name));
      if (family === undefined) return undefined;
      const home = forges.find((forge) => forge.kind === family);
      if (home === undefined) return "no forge is configured that it could be for";
      return home.url === url ? undefined : `it is for ${home.url}`;
    },
  };
}
