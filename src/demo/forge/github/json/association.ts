import { sees } from "../../access.ts";
import type { Repository, User } from "../../records.ts";

/** How somebody is related to a repository. It is no measure of rights. */
export function associationOf(
  user: User,
  repository: Repository,
): "OWNER" | "MEMBER" | "COLLABORATOR" | "CONTRIBUTOR" | "NONE" {
  const { owner } = repository;
  if (owner === user) return "OWNER";
  const isMember =
    owner.kind === "organization" &&
    owner.teams.some((team) => team.members.has(user) && sees(team, repository));
  if (isMember) return "MEMBER";
  if (repository.collaborators.has(user)) return "COLLABORATOR";
  const hasContributed = [...repository.issues.values()].some(
    (issue) => issue.user === user && issue.pull?.merged !== undefined,
  );
  return hasContributed ? "CONTRIBUTOR" : "NONE";
}
