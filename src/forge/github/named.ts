import { KugetsuError } from "../../kugetsu/errors.ts";
import { isName } from "../../kugetsu/ref.ts";
import type { Person } from "../event.ts";
import { field } from "../gitea/fields.ts";
import type { Ask, Place } from "./access.ts";

const ASK = "ask whom a name means";

/**
 * Whether a login, an organisation or an `organisation/team` means that person, as far as the bot is told at `at`. A
 * team is named as in its address (its slug).
 */
export async function isNamed(ask: Ask, at: Place, word: string, person: Person): Promise<boolean> {
  const [group = "", team, ...more] = word.split("/");
  if (more.length > 0 || !isName(group) || (team !== undefined && !isName(team))) return false;
  if (person.id <= 0 || !isName(person.login)) return false;
  const org = group;
  const username = person.login;
  try {
    // Members are told by name alone: the name has to be this very account's.
    const account = await ask(ASK, at, (rest) => rest.users.getByUsername({ username }), [404]);
    if (account.status === 404 || field(account.data, "id") !== person.id) return false;
    if (team !== undefined) {
      const membership = await ask(
        ASK,
        at,
        (rest) => rest.teams.getMembershipForUserInOrg({ org, team_slug: team, username }),
        [404],
      );
      // An invitation is no membership.
      return field(membership.data, "state") === "active";
    }
    if (group.toLowerCase() === username.toLowerCase()) return true;
    // Whoever is no member itself is sent on to the public members: 404 there does not mean "no", but is not a yes.
    const member = await ask(
      ASK,
      at,
      (rest) => rest.orgs.checkMembershipForUser({ org, username }),
      [404],
    );
    return member.status === 204;
  } catch (error) {
    if (error instanceof KugetsuError && error.code === "forbidden") return false;
    throw error;
  }
}
