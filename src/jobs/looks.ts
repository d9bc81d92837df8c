import { and, count, eq } from "drizzle-orm";
import type { RepositoryId } from "../forge/event.ts";
import type { Tx } from "../kugetsu/db/database.ts";
import { looks } from "./schema.ts";

/** What has to be read from the forge, since a delivery told only that something is there. */
export interface NewLook {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly repository: RepositoryId;
  /** 0 where it is about the repository itself. */
  readonly issueNumber: number;
  /**
   * `state`: is the issue open; `reviews`: are there words in its reviews; `words`: are those still there that its
   * waiting orders stand in; `repository`: is there such a repository, and is that its name.
   */
  readonly kind: "state" | "reviews" | "words" | "repository";
}

/** So many repositories of a forge may wait for their first look: whoever can sign can make up any number. */
const MOST_UNKNOWN = 100;

/**
 * Notes a look that is due at `now`. One that waits already gives way to it: whoever took that out before has to take
 * this one out as well, which has another id.
 */
export function addLook(tx: Tx, look: NewLook, now: number): void {
  const { forge, repository, issueNumber, kind } = look;
  const { id: repositoryId, owner, name } = repository;
  const same = and(
    eq(looks.forge, forge),
    eq(looks.repositoryId, repositoryId),
    eq(looks.issueNumber, issueNumber),
    eq(looks.kind, kind),
  );
  const [waiting] = tx.delete(looks).where(same).returning().all();
  // A new repository is watched, and reviews are read, from when they were first told of.
  const isSince = kind === "repository" || kind === "reviews";
  const createdAt = isSince ? (waiting?.createdAt ?? now) : now;
  tx.insert(looks)
    .values({ forge, repositoryId, owner, name, issueNumber, kind, dueAt: now, createdAt })
    .run();
}

/** Has the forge asked whether there is such a repository; of too many at once, only the first ones. */
export function lookForRepository(
  tx: Tx,
  { forge, repository }: Pick<NewLook, "forge" | "repository">,
  now: number,
): void {
  const waiting = and(eq(looks.forge, forge), eq(looks.kind, "repository"));
  const { total = 0 } = tx.select({ total: count() }).from(looks).where(waiting).get() ?? {};
  if (total < MOST_UNKNOWN)
    addLook(tx, { forge, repository, issueNumber: 0, kind: "repository" }, now);
}
