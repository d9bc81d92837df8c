import type { Team } from "../records.ts";
import type { Json } from "./go.ts";

export function teamJson(team: Team): Json {
  return {
    id: team.id,
    name: team.name,
    description: "",
    organization: null,
    includes_all_repositories: team.repositories === "all",
    permission: team.permission,
    units: [...team.unitsMap.keys()],
    units_map: Object.fromEntries(team.unitsMap),
    can_create_org_repo: team.permission === "owner",
  };
}
