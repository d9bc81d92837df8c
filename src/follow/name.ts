import type { RepositoryId } from "../forge/event.ts";
import { nameOf, renameInQueue } from "../jobs/rename.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import { printRepository } from "../kugetsu/ref.ts";
import type { RepositoryName } from "../kugetsu/session/rename.ts";
import type { Log } from "../log.ts";

/** A repository as its forge itself names it, who was asked just now. */
export interface FoundName {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly instance: string;
  readonly repository: RepositoryId;
}

/** Repositories are followed by their id: sessions and orders keep to one whatever it is called. */
export interface FollowName {
  /**
   * Lets everything that is known of the repository go by that name.
   * @throws KugetsuError `conflict` while a turn is at work in it: nothing is changed then
   */
  rename(found: FoundName): Promise<void>;
  /** The same. Returns the name that its refs have now: while a turn is at work, still the old one. */
  readonly inRefs: (found: FoundName) => Promise<RepositoryName>;
}

export function createFollowName(options: {
  readonly kugetsu: Pick<Kugetsu, "database" | "rename" | "sessions">;
  readonly log: Log;
}): FollowName {
  const { kugetsu, log } = options;
  const { database } = kugetsu;
  const hasOtherRefs = async ({ instance, repository }: FoundName): Promise<boolean> => {
    const { id, owner, name: repo } = repository;
    const now = printRepository({ instance, owner, repo });
    const sessions = await kugetsu.sessions();
    return sessions.some(({ ref, repositoryId }) => {
      const [of = ""] = ref.replace(/^pm:/, "").split("#", 1);
      return repositoryId === id && of.startsWith(`${instance}/`) && of !== now;
    });
  };
  const rename = async ({ forge, instance, repository }: FoundName): Promise<void> => {
    const { id, owner, name } = repository;
    const from = nameOf(database.orm, forge, id);
    const isNew = from !== undefined && (from.owner !== owner || from.name !== name);
    if (!isNew && !(await hasOtherRefs({ forge, instance, repository }))) return;
    const order = { instance, repositoryId: id, from, to: { owner, name } };
    const renamed = await kugetsu.rename(order, (tx) => {
      renameInQueue(tx, { forge, repository });
    });
    if (renamed.length > 0)
      log.info({ forge, id, renamed }, "The sessions of a repository follow its new name");
  };
  return {
    rename,
    inRefs: async (found) => {
      const { owner, name } = found.repository;
      const known = nameOf(database.orm, found.forge, found.repository.id);
      try {
        await rename(found);
      } catch (error) {
        if (!(error instanceof KugetsuError) || error.code !== "conflict") throw error;
        // What is asked for now belongs behind the turn that runs, and is renamed together with it.
        return known ?? { owner, name };
      }
      return { owner, name };
    },
  };
}
