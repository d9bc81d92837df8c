import type { IssueEvent } from "../../forge/event.ts";
import type { Asked } from "./asked.ts";
import { commandIn, jobOf, wordless } from "./order.ts";
import { isOwn, type Origin } from "./origin.ts";

/** How long after its opening an issue still gets what it is opened with: forges set labels and assignees afterwards. */
const OPENING_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What something that became of an issue asks for. */
export function receiveIssue(event: IssueEvent, origin: Origin): Asked {
  const { action, actor, issue, repository } = event;
  if (action === "closed" || action === "reopened" || action === "deleted")
    return { look: { repository, issueNumber: issue.number, kind: "state" } };
  if (isOwn(actor, origin)) return { ignored: "the bot's own act, or another bot's" };
  switch (action) {
    case "opened":
      return opened(event, origin) ?? { ignored: "no command" };
    case "edited":
      return edited(event, origin);
    case "labelled":
    case "unlabelled":
    case "labels_changed":
      return labels(event, origin);
    case "assigned":
    case "unassigned":
      return assignment(event, origin);
    default:
      return action satisfies never;
  }
}

/** Text, labels and assignees of a new issue, whichever delivery tells of them, are one intention: the text decides. */
function opened(event: IssueEvent, origin: Origin): Asked | undefined {
  const { issue } = event;
  const command = isOwn(issue.author, origin) ? undefined : commandIn(issue.body, "issue", origin);
  const given = givenBy(event, origin);
  if (command === undefined || (command.verb === undefined && given !== undefined))
    return given && wordlessOrder(event, origin, { ...given, verb: "fix", opening: true });
  return jobOf(event, origin, command, {
    ...textOf(event),
    action: "created",
    // What is no verb gets an answer, and leaves the order to what is set afterwards.
    ...(command.verb === undefined ? {} : { opening: true }),
  });
}

function edited(event: IssueEvent, origin: Origin): Asked {
  const { issue, previousBody } = event;
  if (previousBody === undefined || previousBody === issue.body)
    return { ignored: "the text was not edited" };
  if (isOwn(issue.author, origin)) return { ignored: "the bot's own words, or another bot's" };
  const command = commandIn(issue.body, "issue", origin);
  if (command?.verb === undefined) return { ignored: "no command" };
  const before = commandIn(previousBody, "issue", origin);
  if (before?.verb !== undefined && isOld(event)) return { ignored: "the command is an old one" };
  return jobOf(event, origin, command, { ...textOf(event), action: "edited" });
}

/** Whether no order of its opening can wait any more. Issues are edited for years, by each box that is ticked. */
function isOld({ issue: { createdAt, updatedAt } }: IssueEvent): boolean {
  return Date.parse(updatedAt) - Date.parse(createdAt) > DAY_MS;
}

function labels(event: IssueEvent, origin: Origin): Asked {
  const { action, label } = event;
  if (!origin.triggers.includes("label")) return { ignored: "labels give no orders" };
  if (action !== "labels_changed" && !isTriggerLabel(label, origin))
    return { ignored: "another label" };
  const isSet = action === "labels_changed" ? hasLabel(event, origin) : action === "labelled";
  return setOrTaken(event, origin, { trigger: "label", isSet });
}

function assignment(event: IssueEvent, origin: Origin): Asked {
  if (!origin.triggers.includes("assignment")) return { ignored: "assignments give no orders" };
  const isUnknown = origin.bot === undefined;
  const isSet = isUnknown ? event.action === "assigned" : hasAssignee(event, origin);
  // Whose assignment it was is not told: if it was somebody else's, the forge knows of no such act of the bot's.
  if (isSet !== (event.action === "assigned")) return { ignored: "another assignee" };
  return setOrTaken(event, origin, { trigger: "assignment", isSet });
}

interface Given {
  readonly trigger: "label" | "assignment";
}

function setOrTaken(event: IssueEvent, origin: Origin, how: Given & { isSet: boolean }): Asked {
  const { isSet, trigger } = how;
  const asked = isSet && isOpening(event) ? opened(event, origin) : undefined;
  return asked ?? wordlessOrder(event, origin, { trigger, verb: isSet ? "fix" : "stop" });
}

/** The author's own doing, shortly after. Somebody else's, and what comes later, is an act of its own. */
function isOpening({ actor, issue }: IssueEvent): boolean {
  const { author, createdAt, updatedAt } = issue;
  return actor.id === author.id && Date.parse(updatedAt) - Date.parse(createdAt) <= OPENING_MS;
}

function wordlessOrder(
  event: IssueEvent,
  origin: Origin,
  how: Given & { verb: "fix" | "stop"; opening?: boolean },
): Asked {
  const { actor, issue } = event;
  const { trigger, verb, opening } = how;
  return jobOf(event, origin, wordless(verb), {
    trigger,
    ...(trigger === "label" ? { label: origin.triggerLabel } : {}),
    ...(opening === true ? { opening } : {}),
    only: verb === "fix" ? "idle" : "busy",
    commentId: 0,
    action: "created",
    commentUpdatedAt: issue.updatedAt,
    commentBody: "",
    // The words of an issue are not what gives the order: its author needs no right.
    author: actor,
    actor,
  });
}

function textOf({ actor, issue }: IssueEvent) {
  return {
    trigger: "issue",
    commentId: 0,
    commentUpdatedAt: issue.updatedAt,
    commentBody: issue.body,
    author: issue.author,
    actor,
  } as const;
}

function givenBy(event: IssueEvent, origin: Origin): Given | undefined {
  const { triggers } = origin;
  if (triggers.includes("label") && hasLabel(event, origin)) return { trigger: "label" };
  if (triggers.includes("assignment") && hasAssignee(event, origin))
    return { trigger: "assignment" };
  return undefined;
}

function hasLabel({ issue }: IssueEvent, origin: Origin): boolean {
  return issue.labels.some((label) => isTriggerLabel(label, origin));
}

/** GitHub does not tell labels apart by case. */
function isTriggerLabel(label: string | undefined, { triggerLabel }: Origin): boolean {
  return label?.toLowerCase() === triggerLabel.toLowerCase();
}

/** Anybody may be the bot while that is not known; the admission knows. */
function hasAssignee({ issue }: IssueEvent, { bot }: Origin): boolean {
  return bot === undefined
    ? issue.assignees.length > 0
    : issue.assignees.some(({ id }) => id === bot.id);
}
