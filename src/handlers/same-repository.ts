import type { Repository } from "../forge/forge.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { ForgeWork } from "./handler.ts";

/**
 * The job's repository as its forge has it now. It may have been renamed or transferred since the order came, and
 * somebody may have made another one of that name: nothing of this one belongs there.
 * @throws KugetsuError `not_found` where the name leads to another one; as the forge does
 */
export async function sameRepository({
  forge,
  job,
}: Pick<ForgeWork, "forge" | "job">): Promise<Repository> {
  const { id, owner, name } = job.repository;
  const there = await forge.repository(owner, name);
  if (there.id === id) return there;
  throw new KugetsuError("not_found", `${owner}/${name} is another repository now.`);
}
