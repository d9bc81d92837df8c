import type { giteaApi } from "gitea-js";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { isName } from "../../kugetsu/ref.ts";
import type { Person } from "../event.ts";
import type { Permission, Repository } from "../forge.ts";
import { type Asker, askWithPermission, type PermissionAsker } from "./asker.ts";
import { call, understood } from "./call.ts";
import { field, list, person as readPerson, positive } from "./fields.ts";
import { isTeamMember, teamsOf } from "./teams.ts";

type Api = ReturnType<typeof giteaApi>;

const ASK = "ask for someone's permission";
const NONE = { level: "none" } as const;

/**
 * What a person may do with the code of a repository. Gitea's own answer is right when it grants, and refused to a bot
 * that is no admin of the repository; in an organisation it leaves out what a team grants by unit. So, in this order:
 * the permission, the assignees of a personal repository, the teams of an organisation's. Nothing is ever inferred in
 * somebody's favour, and who answers is compared by id: a name may have passed to another account.
 *
 * @param permission GITEA_PERMISSION_TOKEN at work: asked first, the bot where that one is not told either
 */
export async function permissionOf(
  bot: Asker,
  permission: PermissionAsker | undefined,
  repository: Repository,
  person: Person,
): Promise<Permission> {
  // Gitea's own accounts (deleted users, Actions) have ids below 1, and no rights to ask for.
  if (person.id <= 0 || !isName(person.login)) return NONE;
  if (permission === undefined) return askedOf(bot, repository, person);
  const first = await askWithPermission(permission, async (asker) =>
    askedOf(asker, repository, person),
  );
  if (first !== undefined && first.level !== "unknown") return first;
  const told = await askedOf(bot, repository, person);
  if (told.level !== "unknown") return told;
  return {
    level: "unknown",
    help: `${told.help} ${first === undefined ? TOKEN_REFUSED : TOKEN_LACKS}`,
  };
}

async function askedOf(asker: Asker, repository: Repository, person: Person): Promise<Permission> {
  try {
    const stated = await statedPermission(asker.api, repository, person);
    if (stated === "none" || stated === "read" || stated === "refused") {
      if (repository.ownedByOrganization) return await byTeams(asker, repository, person, stated);
      if (stated === "refused") return await byAssignees(asker.api, repository, person);
      return { level: stated };
    }
    return typeof stated === "string" ? { level: stated } : stated;
  } catch (error) {
    // A refusal on the way is a lack of the bot's, which its operator can mend; everything else is thrown.
    if (!(error instanceof KugetsuError) || error.code !== "forbidden") throw error;
    const help = repository.ownedByOrganization ? teamHelp(person) : personalHelp(person);
    return { level: "unknown", help: `${error.hint ?? error.message} ${help}` };
  }
}

type Stated = "none" | "read" | "write" | "admin" | "refused" | Permission;

async function statedPermission(api: Api, repository: Repository, person: Person): Promise<Stated> {
  const { owner, name } = repository;
  const answer = await call(
    ASK,
    () => api.repos.repoGetRepoPermissions(owner, name, person.login),
    [403, 404],
  );
  if (answer.status === 403) return "refused";
  // There is no such account.
  if (answer.status === 404) return NONE;
  if (field(field(answer.data, "user"), "id") !== person.id) return renamed(person);
  const level = field(answer.data, "permission");
  switch (level) {
    // A personal repository's owner, a site's admin, a member of an organisation's Owners.
    case "owner":
    case "admin":
      return "admin";
    case "write":
    case "read":
    case "none":
      return level;
    default:
      return understood<never>(ASK, undefined);
  }
}

/** Exact on a personal repository only: its owner, and who may write. */
async function byAssignees(api: Api, repository: Repository, person: Person): Promise<Permission> {
  const { owner, name } = repository;
  const { data } = await call(ASK, () => api.repos.repoGetAssignees(owner, name));
  const assignee = list(data)
    .map(readPerson)
    .find((one) => one?.id === person.id);
  if (assignee === undefined) return NONE;
  if (assignee.login.toLowerCase() !== person.login.toLowerCase()) return renamed(person);
  return { level: assignee.login.toLowerCase() === owner.toLowerCase() ? "admin" : "write" };
}

async function byTeams(
  asker: Asker,
  repository: Repository,
  person: Person,
  stated: "none" | "read" | "refused",
): Promise<Permission> {
  const { api } = asker;
  const teams = writingTeams(await teamsOf(api, repository));
  let told = true;
  for (const team of teams) {
    const member = await isTeamMember(api, team.id, person);
    if (member === "yes") return { level: team.level };
    if (member === "renamed") return renamed(person);
    if (member === "untold") told = false;
  }
  if (told && stated !== "refused") {
    // Whoever is outside the organisation is answered 404 for everyone. That it is an admin of the whole server, or
    // finds itself in a team, proves the other answers.
    const asking = await asker.account();
    if (asking.isAdmin) return { level: stated };
    for (const team of teams) {
      if ((await isTeamMember(api, team.id, asking)) === "yes") return { level: stated };
    }
  }
  return { level: "unknown", help: teamHelp(person) };
}

interface WritingTeam {
  readonly id: number;
  readonly level: "write" | "admin";
}

/** The teams whose members may push, those with more rights first. */
function writingTeams(all: readonly unknown[]): WritingTeam[] {
  const teams = all.flatMap((team): WritingTeam[] => {
    const id = positive(field(team, "id"));
    const level = teamLevel(team);
    return id === undefined || level === undefined ? [] : [{ id, level }];
  });
  return teams.toSorted((a, b) => a.level.localeCompare(b.level));
}

function teamLevel(team: unknown): "write" | "admin" | undefined {
  const permission = field(team, "permission");
  if (permission === "owner" || permission === "admin") return "admin";
  const code = field(field(team, "units_map"), "repo.code");
  return code === "write" || code === "admin" || code === "owner" ? "write" : undefined;
}

function renamed(person: Person): Permission {
  return {
    level: "unknown",
    help: `The name ${person.login} belongs to another account than the one that wrote.`,
  };
}

/** What helps everywhere: the last resorts of every list of ways out. */
function anywhere(person: Person): string {
  return (
    `or name ${person.login} in COMMAND_ALLOW; or set GITEA_PERMISSION_TOKEN to a token of an admin of the whole ` +
    "server, with the scopes read:repository, read:organization and read:user."
  );
}

const TOKEN_REFUSED =
  "GITEA_PERMISSION_TOKEN is set, but the forge does not accept it: make a new one, or take it out.";
const TOKEN_LACKS =
  "GITEA_PERMISSION_TOKEN is set, but is not told either: it must be a token of an admin of the whole server.";

function personalHelp(person: Person): string {
  return `An admin of the repository is told: make the bot's account one; ${anywhere(person)}`;
}

function teamHelp(person: Person): string {
  return (
    "The forge does not tell the bot who may push. Either give its token the scope read:organization and make its " +
    "account an owner of the organisation, or a member of each team that may write; or make its account an admin of " +
    `the repository, and ${person.login} a collaborator with the right to write; ${anywhere(person)}`
  );
}
