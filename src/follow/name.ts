import type { RepositoryId } from "../forge/event.ts";
import type { Forge } from "../forge/forge.ts";
import { assertNoneRuns, nameAtWork, nameOf, renameInQueue } from "../jobs/rename.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import { parseRef, printRepository } from "../kugetsu/ref.ts";
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
  /**
   * The same. Returns the name that its refs have now: while a turn is at work, still the old one.
   * @throws KugetsuError `unavailable` while something that is being said keeps it from its name
   */
  readonly inRefs: (found: FoundName) => Promise<RepositoryName>;
}

export function createFollowName(options: {
  readonly kugetsu: Pick<Kugetsu, "database" | "rename" | "sessions">;
  readonly forge: (name: string) => Pick<Forge, "repository">;
  readonly log: Log;
}): FollowName {
  const { kugetsu, log } = options;
  const { database } = kugetsu;
  /** Another name that sessions of the repository go by. */
  const nameInSessions = async (found: FoundName): Promise<RepositoryName | undefined> => {
    const { instance, repository } = found;
    const { id, owner, name: repo } = repository;
    const now = printRepository({ instance, owner, repo });
    const sessions = await kugetsu.sessions();
    const other = sessions.find(({ ref, repositoryId }) => {
      const [of = ""] = ref.replace(/^pm:/, "").split("#", 1);
      return repositoryId === id && of.startsWith(`${instance}/`) && of !== now;
    });
    if (other === undefined) return undefined;
    const ref = parseRef(`${other.ref.replace(/^pm:/, "").split("#", 1)[0]}#1`);
    return { owner: ref.owner, name: ref.repo };
  };
  const rename = async (found: FoundName): Promise<void> => {
    const { forge, instance, repository } = found;
    const { id, owner, name } = repository;
    const known = nameOf(database.orm, forge, id);
    const isNew = known !== undefined && (known.owner !== owner || known.name !== name);
    if (!isNew && (await nameInSessions(found)) === undefined) return;
    const from = isNew && (await isName(options.forge(forge), known, id)) ? known : undefined;
    const order = { instance, repositoryId: id, from, to: { owner, name } };
    const renamed = await kugetsu.rename(order, (tx) => {
      assertNoneRuns(tx, found);
      renameInQueue(tx, found);
    });
    if (renamed.length > 0)
      log.info({ forge, id, renamed }, "The sessions of a repository follow its new name");
  };
  return {
    rename,
    inRefs: async (found) => {
      const { forge, instance, repository } = found;
      const { id, owner, name } = repository;
      try {
        await rename(found);
      } catch (error) {
        if (!(error instanceof KugetsuError) || error.code !== "conflict") throw error;
        // What is asked for now belongs behind the turn that runs, and is renamed together with it.
        const atWork = nameAtWork(database.orm, { forge, instance, id });
        const old = atWork ?? (await nameInSessions(found));
        if (old !== undefined) return old;
        // Under the new name it would run beside what waits under the old one.
        throw new KugetsuError("unavailable", error.message, { cause: error });
      }
      return { owner, name };
    },
  };
}

/** Whether the forge finds that repository by the name. A delivery may have told any. */
async function isName(
  forge: Pick<Forge, "repository">,
  { owner, name }: RepositoryName,
  id: number,
): Promise<boolean> {
  try {
    return (await forge.repository(owner, name)).id === id;
  } catch (error) {
    if (error instanceof KugetsuError && error.code !== "unavailable") return false;
    throw error;
  }
}
