import type { Person } from "../event.ts";
import type { IssueAct, IssueAddress } from "../forge.ts";
import { field } from "../gitea/fields.ts";
import type { Ask } from "./access.ts";
import { readAct } from "./answers.ts";
import { fromTheEnd, PAGE } from "./pages.ts";

const WHAT = "read what was done to the issue";
/** 500 events: where more came after it, the act is none of now. */
const MAX_PAGES = 5;

/** Who set or took away a label last. Names of labels do not differ by case. */
export async function lastLabelling(
  ask: Ask,
  at: IssueAddress,
  label: string,
): Promise<IssueAct | undefined> {
  const wanted = label.toLowerCase();
  return lastAct(ask, at, ["labeled", "unlabeled"], (event) => {
    const name = field(field(event, "label"), "name");
    return typeof name === "string" && name.toLowerCase() === wanted;
  });
}

/** Who assigned or unassigned a person last. */
export async function lastAssignment(
  ask: Ask,
  at: IssueAddress,
  person: Person,
): Promise<IssueAct | undefined> {
  return lastAct(
    ask,
    at,
    ["assigned", "unassigned"],
    (event) => field(field(event, "assignee"), "id") === person.id,
  );
}

async function lastAct(
  ask: Ask,
  at: IssueAddress,
  [set, unset]: readonly [string, string],
  isIt: (event: unknown) => boolean,
): Promise<IssueAct | undefined> {
  const { owner, name, number } = at;
  let found: IssueAct | undefined;
  const read = (page: number) =>
    ask(WHAT, at, (rest) =>
      rest.issues.listEvents({ owner, repo: name, issue_number: number, per_page: PAGE, page }),
    );
  await fromTheEnd(WHAT, read, MAX_PAGES, (events) => {
    for (const event of events) {
      const kind = field(event, "event");
      if ((kind !== set && kind !== unset) || !isIt(event)) continue;
      const act = readAct(event, kind === set);
      if (act !== undefined && act.id > (found?.id ?? 0)) found = act;
    }
    return found !== undefined;
  });
  return found;
}
