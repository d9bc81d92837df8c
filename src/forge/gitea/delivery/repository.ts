import type { OtherEvent, RepositoryId } from "../../event.ts";
import { field, nameOf, positive } from "../fields.ts";

/** The repository at the top of a delivery. That of `issue.repository` has a text as owner, and is not asked. */
export function readRepositoryId(value: unknown): RepositoryId | undefined {
  const id = positive(field(value, "id"));
  const owner = nameOf(field(field(value, "owner"), "login"));
  const name = nameOf(field(value, "name"));
  return id === undefined || owner === undefined || name === undefined
    ? undefined
    : { id, owner, name };
}

/** What the bot does nothing with, and where it happened. */
export function otherEvent(name: string, body: object): OtherEvent {
  const repository = readRepositoryId(field(body, "repository"));
  return repository === undefined ? { kind: "other", name } : { kind: "other", name, repository };
}
