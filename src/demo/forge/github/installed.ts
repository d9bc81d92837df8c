import { isInstalledOn } from "../access.ts";
import type { Installation, Repository } from "../records.ts";
import type { ForgeState } from "../state.ts";

/** For which repositories an App is installed. */
export function repositoriesOf(
  state: ForgeState,
  installation: Pick<Installation, "account" | "repositories">,
): Repository[] {
  return [...state.repositories.values()].filter((one) => isInstalledOn(installation, one));
}
