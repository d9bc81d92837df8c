import type { Issue } from "../forge/forge.ts";
import { type Found, foundAct } from "./found.ts";
import type { Place } from "./place.ts";
import type { Watch } from "./watch.ts";

/** The label that gives an order, and an assignment to the bot, where they were set at or after `since` (milliseconds). */
export async function foundActs(
  { forge, origin }: Watch,
  { repository }: Place,
  issue: Issue,
  since: number,
): Promise<readonly Found[]> {
  if (issue.state !== "open") return [];
  const at = { owner: repository.owner, name: repository.name, number: issue.number };
  const found: Found[] = [];
  const { triggers, triggerLabel, bot } = origin;
  const label = issue.labels.find((one) => one.toLowerCase() === triggerLabel.toLowerCase());
  if (label !== undefined && triggers.includes("label")) {
    const act = await forge.lastLabelling(at, label);
    if (act?.isSet === true)
      found.push(foundAct(repository, issue, act, { action: "labelled", label }));
  }
  if (triggers.includes("assignment") && issue.assignees.some(({ id }) => id === bot.id)) {
    const act = await forge.lastAssignment(at, bot);
    if (act?.isSet === true) found.push(foundAct(repository, issue, act, { action: "assigned" }));
  }
  return found.filter(({ writtenAt }) => writtenAt >= since);
}
