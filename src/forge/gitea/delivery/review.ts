import type { ForgeEvent } from "../../event.ts";
import { field, person, positive } from "../fields.ts";
import { readRepositoryId } from "./repository.ts";

/** A review was handed in. Of its words the delivery tells the body alone, and no id: they are to be read. */
export function reviewEvent(body: object): ForgeEvent | undefined {
  const repository = readRepositoryId(field(body, "repository"));
  const issueNumber = positive(field(field(body, "pull_request"), "number"));
  const actor = person(field(body, "sender"));
  if (repository === undefined || issueNumber === undefined || actor === undefined)
    return undefined;
  return { kind: "review", repository, issueNumber, actor };
}
