import type { giteaApi } from "gitea-js";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { isName } from "../../kugetsu/ref.ts";
import type { Person } from "../event.ts";
import type { Asker } from "./asker.ts";
import { call } from "./call.ts";
import { field, list, positive } from "./fields.ts";
import { isTeamMember } from "./teams.ts";

type Api = ReturnType<typeof giteaApi>;

const ASK = "ask whom a name means";

/** Whether a login, an organisation or an `organisation/team` means that person, as far as that token is told. */
export async function isNamed({ api }: Asker, word: string, person: Person): Promise<boolean> {
  const [group = "", team, ...more] = word.split("/");
  if (more.length > 0 || !isName(group) || (team !== undefined && !isName(team))) return false;
  if (person.id <= 0 || !isName(person.login)) return false;
  try {
    // An organisation's members are told by name alone: the name has to be this very account's.
    if (!(await isAccount(api, person))) return false;
    if (team !== undefined) return await isInTeam(api, group, team, person);
    return isSame(group, person.login) || (await isInOrganization(api, group, person));
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "forbidden") return false;
    throw error;
  }
}

async function isAccount(api: Api, { id, login }: Person): Promise<boolean> {
  const { status, data } = await call(ASK, () => api.users.userGet(login), [404]);
  return status !== 404 && field(data, "id") === id;
}

// Whoever is no member itself is sent on to the public members: 404 there does not mean "no", but is not a yes.
async function isInOrganization(api: Api, name: string, { login }: Person): Promise<boolean> {
  const { status } = await call(ASK, () => api.orgs.orgIsMember(name, login), [404]);
  return status === 204;
}

async function isInTeam(api: Api, name: string, team: string, person: Person): Promise<boolean> {
  const query = { q: team, include_desc: false, limit: 50 };
  const { status, data } = await call(ASK, () => api.orgs.teamSearch(name, query), [404]);
  if (status === 404) return false;
  const found = list(field(data, "data")).find((one) => isSame(field(one, "name"), team));
  const id = positive(field(found, "id"));
  return id !== undefined && (await isTeamMember(api, id, person)) === "yes";
}

function isSame(one: unknown, other: string): boolean {
  return typeof one === "string" && one.toLowerCase() === other.toLowerCase();
}
