import { KugetsuError } from "../../kugetsu/errors.ts";
import type { Person } from "../event.ts";
import type { Permission, Repository } from "../forge.ts";
import { understood } from "../gitea/call.ts";
import { field } from "../gitea/fields.ts";
import { isName } from "../../kugetsu/ref.ts";
import type { Ask } from "./access.ts";

const ASK = "ask for someone's permission";
const NONE = { level: "none" } as const;

/**
 * What a person may do with the code of a repository, by teams and organisation too: GitHub answers with the highest.
 * Its roles between are told as the next lower of these (`maintain` as write, `triage` as read). Compared is the id: a
 * name may have passed to another account.
 */
export async function permissionOf(
  ask: Ask,
  repository: Repository,
  person: Person,
): Promise<Permission> {
  // Deleted accounts, and bots, whose names have brackets.
  if (person.id <= 0 || !isName(person.login)) return NONE;
  const { owner, name } = repository;
  try {
    const { status, data } = await ask(
      ASK,
      repository,
      (rest) =>
        rest.repos.getCollaboratorPermissionLevel({ owner, repo: name, username: person.login }),
      [404],
    );
    // There is no such account.
    if (status === 404) return NONE;
    const user = field(data, "user");
    if (field(user, "type") === "Bot") return NONE;
    if (field(user, "id") !== person.id) {
      return {
        level: "unknown",
        help: `The name ${person.login} belongs to another account than the one that wrote.`,
      };
    }
    return { level: understood(ASK, levelOf(field(data, "permission"))) };
  } catch (error) {
    // A refusal is a lack of the bot's, which its operator can mend; everything else is thrown.
    if (!(error instanceof KugetsuError) || error.code !== "forbidden") throw error;
    return { level: "unknown", help: `${error.hint ?? error.message} ${HELP}` };
  }
}

const HELP =
  "GitHub tells who may push to whoever may push too: give the bot's account the right to write to the repository, or " +
  "its App the permission to read metadata.";

function levelOf(permission: unknown): "none" | "read" | "write" | "admin" | undefined {
  switch (permission) {
    case "admin":
    case "write":
    case "read":
    case "none":
      return permission;
    case "maintain":
      return "write";
    case "triage":
      return "read";
    default:
      return undefined;
  }
}
