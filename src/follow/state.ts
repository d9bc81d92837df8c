import { ifThere } from "../catch-up/if-there.ts";
import type { FoundState } from "../catch-up/watch.ts";
import type { Forge } from "../forge/forge.ts";
import { DELETED } from "../jobs/stop.ts";
import type { StoppedJobs } from "../jobs/request-stop.ts";
import type { Session } from "../kugetsu/db/sessions.ts";
import type { Kugetsu } from "../kugetsu/kugetsu.ts";
import { parseRef, printRef } from "../kugetsu/ref.ts";
import type { Log } from "../log.ts";

export interface FollowStateOptions {
  readonly kugetsu: Pick<Kugetsu, "sessions" | "markClosed">;
  readonly forge: (
    name: string,
  ) => Pick<Forge, "self" | "repository" | "pullRequest" | "pullRequestAt">;
  /** Ends what runs of an issue, and takes back what waits. */
  readonly stop: (ref: string, by: string) => Promise<StoppedJobs>;
  readonly log: Log;
  readonly now?: () => number;
}

/**
 * Lets the sessions follow what becomes of their issues: one whose issue is closed or gone, or whose pull request is
 * merged, is marked; one whose issue is open again is not any more. The orders of an issue that is gone are ended.
 *
 * @throws KugetsuError `unavailable` as the forge does
 */
export function createFollowState(
  options: FollowStateOptions,
): (found: FoundState) => Promise<void> {
  const { kugetsu, log, now = Date.now } = options;
  const mark = async ({ ref }: Session, at: number | undefined): Promise<void> => {
    if (!(await kugetsu.markClosed(ref, at))) return;
    log.info({ ref }, at === undefined ? "A session's issue is open" : "A session's issue is over");
  };

  return async (found) => {
    const { number, state, isPullRequest, isTold } = found;
    const sessions = (await kugetsu.sessions()).filter((session) => isOf(session, found));
    const own = sessions.find(({ ref }) => parseRef(ref).identifier === String(number));
    const isNeeded = sessions.length > 0 || state === "gone";
    // A delivery tells an old name for as long as it was on its way: that may be another repository's.
    if (!isNeeded || (isTold && !(await isSame(options, found)))) return;
    switch (state) {
      case "open":
        if (own?.closedAt === undefined) return;
        // Anything may have become of an issue that is open all the time, while its work is merged.
        if (isTold || !(await isMerged(options, found, own))) await mark(own, undefined);
        return;
      case "gone":
        await stopOrders(options, found, own);
        break;
      case "closed":
        break;
      default:
        state satisfies never;
    }
    if (own !== undefined) await mark(own, now());
    if (state !== "closed" || isPullRequest !== true) return;
    for (const session of await mergedWith(options, found, sessions)) await mark(session, now());
  };
}

function isOf({ ref, kind, repositoryId }: Session, { instance, repository }: FoundState): boolean {
  if (kind !== "forked") return false;
  const at = parseRef(ref);
  if (at.instance !== instance) return false;
  if (repositoryId !== undefined) return repositoryId === repository.id;
  return at.owner === repository.owner && at.repo === repository.name;
}

/** One that the bot may not see is not known to be gone. */
async function isSame(
  { forge }: FollowStateOptions,
  { forge: name, repository }: FoundState,
): Promise<boolean> {
  const there = await ifThere(forge(name).repository(repository.owner, repository.name));
  return there?.id === repository.id;
}

async function isMerged(
  { forge }: FollowStateOptions,
  { forge: name, repository }: FoundState,
  { branch }: Session,
): Promise<boolean> {
  if (branch === undefined) return false;
  const pull = await ifThere(forge(name).pullRequest(repository.owner, repository.name, branch));
  return pull?.state === "merged";
}

/** The sessions whose work a pull request of the bot's own has brought in. */
async function mergedWith(
  { forge: forgeOf }: FollowStateOptions,
  { forge: name, repository, number }: FoundState,
  sessions: readonly Session[],
): Promise<readonly Session[]> {
  if (sessions.every(({ closedAt }) => closedAt !== undefined)) return [];
  const forge = forgeOf(name);
  const { owner, name: repo } = repository;
  const [bot, pull] = await Promise.all([
    forge.self(),
    ifThere(forge.pullRequestAt({ owner, name: repo, number })),
  ]);
  if (pull?.state !== "merged" || pull.fromFork || pull.author.id !== bot.id) return [];
  // A session that went on elsewhere since then has more to do.
  return sessions.filter(({ branch }) => branch === pull.head);
}

async function stopOrders(
  { stop, log }: FollowStateOptions,
  { instance, repository, number }: FoundState,
  own: Session | undefined,
): Promise<void> {
  const { owner, name: repo } = repository;
  const ref = own?.ref ?? printRef({ instance, owner, repo, identifier: String(number) });
  const { running, waiting } = await stop(ref, DELETED);
  if (running.length + waiting.length > 0)
    log.info({ ref, running, waiting }, "The orders of an issue that is gone are ended");
}
