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
  /** `state`: is the issue open; `reviews`: are there words in its reviews; `repository`: is that its name. */
  readonly kind: "state" | "reviews" | "repository";
}

/**
 * Notes a look that is due at `now`. One that waits already is due now as well: whoever took it out before has to take
 * it out again, which `dueAt` tells.
 */
export function addLook(tx: Tx, look: NewLook, now: number): void {
  const { forge, repository, issueNumber, kind } = look;
  const { id: repositoryId, owner, name } = repository;
  tx.insert(looks)
    .values({ forge, repositoryId, owner, name, issueNumber, kind, dueAt: now, createdAt: now })
    .onConflictDoUpdate({
      target: [looks.forge, looks.repositoryId, looks.issueNumber, looks.kind],
      set: { owner, name, tries: 0, dueAt: now, createdAt: now },
    })
    .run();
}
