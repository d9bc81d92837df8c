import type { giteaApi } from "gitea-js";
import type { Person } from "../event.ts";
import type { Repository } from "../forge.ts";
import { call } from "./call.ts";
import { field, isObject, list } from "./fields.ts";

type Api = ReturnType<typeof giteaApi>;

/** The teams of an organisation that see the repository, as the forge describes them. @throws `forbidden` */
export async function teamsOf(
  api: Api,
  { owner, name }: Pick<Repository, "owner" | "name">,
): Promise<readonly unknown[]> {
  const ask = () => api.repos.repoListTeams(owner, name);
  const { data } = await call("ask which teams see the repository", ask);
  return list(data);
}

/** Whether somebody is in a team; `renamed` when another account has that name now. */
export async function isTeamMember(
  api: Api,
  team: number,
  person: Person,
): Promise<"yes" | "no" | "untold" | "renamed"> {
  const ask = () => api.teams.orgListTeamMember(team, person.login);
  const answer = await call("ask who is in a team", ask, [403, 404]);
  if (answer.status === 403) return "untold";
  if (answer.status === 404) return "no";
  return field(answer.data, "id") === person.id ? "yes" : "renamed";
}

const WRITE = new Set<unknown>(["write", "admin", "owner"]);

/**
 * Whether everybody who can edit what others wrote may also push code. Whoever may write to issues or pull requests can
 * edit; on a personal repository a collaborator writes to all of it or to nothing, but a team to single units.
 */
export async function editorsMayPush(api: Api, repository: Repository): Promise<boolean> {
  if (!repository.ownedByOrganization) return true;
  const teams = await teamsOf(api, repository);
  // There are always the owners. None at all is no answer.
  return teams.length > 0 && teams.every(pushesWhereItEdits);
}

function pushesWhereItEdits(team: unknown): boolean {
  const units = field(team, "units_map");
  if (!isObject(units)) return false;
  const edits = ["repo.issues", "repo.pulls"].some((unit) => WRITE.has(field(units, unit)));
  return !edits || WRITE.has(field(units, "repo.code"));
}
