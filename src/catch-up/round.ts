import { servedBy } from "../admission/served.ts";
import { createExamined, type Examined } from "./examined.ts";
import { followRepository } from "./follow.ts";
import { carryOutLooks } from "./look.ts";
import { readRepository } from "./read-repository.ts";
import { type Trouble, troubleOf, whileAnswered } from "./trouble.ts";
import { type AskedAgain, watchConfigured } from "./configured.ts";
import type { Watch } from "./watch.ts";
import {
  couldNotLook,
  countRepositories,
  lookedAt,
  moveCursor,
  repositoriesToLookAt,
  type Watched,
  type Which,
} from "./watched.ts";

/** What is remembered of a forge from one round to the next, as long as this process lives. */
export interface Memory {
  readonly examined: Map<number, Examined>;
  /** When each repository's name was asked for last. */
  readonly followedAt: Map<number, number>;
  readonly configured: AskedAgain;
}

export function createMemory(): Memory {
  return { examined: new Map(), followedAt: new Map(), configured: new Map() };
}

export interface RoundOptions {
  readonly memory: Memory;
  /** KUGETSU_ALLOW: whom the bot works for. */
  readonly allow: readonly string[];
  /** Which repositories are watched from the start. */
  readonly configured: readonly string[];
  readonly intervalMs: number;
  readonly kind: Which["kind"];
  /** Why the looks of this round were left off, if they were. */
  readonly looked: Trouble | undefined;
}

const HOUR_MS = 60 * 60 * 1_000;
/** A look takes two requests; forges that count allow 5,000 an hour. */
const SPACING_MS = 1_500;

/**
 * One look at each repository of a forge that is due.
 * @returns until when the forge is to be left alone, see `whileAnswered`
 */
export async function lookAtRepositories(
  watch: Watch,
  options: RoundOptions,
): Promise<number | undefined> {
  const { db, name, now } = watch;
  const { memory, allow, configured, intervalMs } = options;
  const quiet = await watchConfigured(watch, configured, memory.configured);
  if (quiet !== undefined) return quiet;
  const served = servedBy(allow, watch.forge.instance);
  const interval = Math.max(intervalMs, countRepositories(db, name) * SPACING_MS);
  const which: Which = { kind: options.kind, now: now(), intervalMs };
  let { looked } = options;
  return whileAnswered(repositoriesToLookAt(db, name, which), async (watched) => {
    // What a delivery hinted at meanwhile does not wait for all of them.
    looked ??= await carryOutLooks(watch);
    if (looked?.wantsQuiet === true) return looked;
    if (served(watched)) return lookAt(watch, watched, memory, interval);
    passOver(watch, watched, now() + interval);
    return undefined;
  });
}

/** Should the operator let the bot work for it one day, it is as if it were new. */
function passOver({ db, name: forge, now }: Watch, { id }: Watched, dueAt: number): void {
  moveCursor(db, { forge, id }, { cursor: now(), validators: {} });
  lookedAt(db, { forge, id }, { now: now(), dueAt });
}

/** @returns what kept the forge from answering; a refusal is an answer */
async function lookAt(
  watch: Watch,
  watched: Watched,
  memory: Memory,
  interval: number,
): Promise<Trouble | undefined> {
  const { db, log, now } = watch;
  const at = { forge: watch.name, id: watched.id };
  try {
    const complete = await read(watch, watched, memory);
    const dueAt = complete ? now() + interval : now();
    lookedAt(db, at, { now: now(), dueAt });
    if (watched.trouble !== undefined)
      log.info(
        { ...at, name: `${watched.owner}/${watched.name}` },
        "A repository can be read again",
      );
    return undefined;
  } catch (error) {
    if (watch.signal.aborted) throw error;
    const tries = watched.tries + 1;
    const found = troubleOf(error, tries, watch);
    const { words, dueAt } = found;
    couldNotLook(db, at, { tries, dueAt, trouble: words });
    // Its name may be what is wrong.
    memory.followedAt.delete(watched.id);
    if (watched.trouble !== words) {
      const fields = { ...at, name: `${watched.owner}/${watched.name}`, err: error };
      log.warn(fields, "A repository cannot be read for what no delivery told");
    }
    return found.isUnavailable ? found : undefined;
  }
}

async function read(watch: Watch, watched: Watched, memory: Memory): Promise<boolean> {
  const { id } = watched;
  const examined = memory.examined.get(id) ?? createExamined();
  memory.examined.set(id, examined);
  const followedAt = memory.followedAt.get(id);
  const isFollowed = followedAt !== undefined && watch.now() - followedAt < HOUR_MS;
  if (isFollowed) return readRepository(watch, watched, examined);
  const followed = await followRepository(watch, watched);
  if (followed.isDone) memory.followedAt.set(id, watch.now());
  return readRepository(watch, followed.watched, examined);
}
