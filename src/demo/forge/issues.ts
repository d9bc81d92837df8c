import { fire } from "./events.ts";
import type { Internals } from "./internals.ts";
import type { Json } from "./json/go.ts";
import { issueJson } from "./json/issue.ts";
import { isPull } from "./json/pull.ts";
import { repositoryJson } from "./json/repository.ts";
import { userJson } from "./json/user.ts";
import { setPullState, tellPull } from "./pull-state.ts";
import type { Issue, Label, Pull, Repository, User } from "./records.ts";
import { note } from "./timeline.ts";

export interface NewIssue {
  readonly by: User;
  readonly title: string;
  readonly body: string;
  readonly labels?: readonly Label[];
  readonly assignees?: readonly User[];
}

export function createIssue(internals: Internals, repository: Repository, draft: NewIssue): Issue {
  const issue = addIssue(internals, repository, draft, undefined);
  tellIssue(internals, issue, "issues", "opened", draft.by);
  internals.state.changed();
  return issue;
}

/** An issue or, with `pull`, a pull request, told to nobody yet. */
export function addIssue<P extends Pull | undefined>(
  { state }: Internals,
  repository: Repository,
  draft: NewIssue,
  pull: P,
): Issue & { readonly pull: P } {
  repository.lastNumber += 1;
  const issue: Issue & { readonly pull: P } = {
    id: state.nextId("issue"),
    number: repository.lastNumber,
    repository,
    user: draft.by,
    title: draft.title,
    body: draft.body,
    state: "open",
    locked: false,
    labels: [...(draft.labels ?? [])],
    assignees: [...(draft.assignees ?? [])],
    reactions: [],
    timeline: [],
    createdAt: state.now(),
    updatedAt: state.now(),
    closedAt: undefined,
    pull,
  };
  repository.issues.set(issue.number, issue);
  return issue;
}

/** Title and body of an issue or pull request; each real change is told. */
export function editIssue(
  internals: Internals,
  issue: Issue,
  by: User,
  change: { title?: string | undefined; body?: string | undefined },
): void {
  const { state } = internals;
  const { title = issue.title, body = issue.body } = change;
  const old = { title: issue.title, body: issue.body };
  if (title === old.title && body === old.body) return;
  issue.updatedAt = state.now();
  if (body !== old.body) {
    issue.body = body;
    tellChange(internals, issue, by, { body: { from: old.body } });
  }
  if (title !== old.title) {
    issue.title = title;
    note(state, issue, "change_title", by, { detail: { oldTitle: old.title, newTitle: title } });
    tellChange(internals, issue, by, { title: { from: old.title } });
  }
  state.changed();
}

export function setIssueState(
  internals: Internals,
  issue: Issue,
  to: "open" | "closed",
  by: User,
  commitId = "",
): void {
  if (isPull(issue)) {
    setPullState(internals, issue, to, by);
    return;
  }
  if (issue.state === to) return;
  const { state } = internals;
  issue.state = to;
  issue.updatedAt = state.now();
  issue.closedAt = to === "closed" ? state.now() : undefined;
  note(state, issue, to === "closed" ? "close" : "reopen", by);
  tellIssue(internals, issue, "issues", to === "closed" ? "closed" : "reopened", by, { commitId });
  state.changed();
}

export function deleteIssue(internals: Internals, issue: Issue, by: User): void {
  issue.repository.issues.delete(issue.number);
  if (!isPull(issue)) tellIssue(internals, issue, "issues", "deleted", by);
  internals.state.changed();
}

export function setLabels(
  internals: Internals,
  issue: Issue,
  labels: readonly Label[],
  by: User,
): void {
  const { state } = internals;
  const added = labels.filter((label) => !issue.labels.includes(label));
  const removed = issue.labels.filter((label) => !labels.includes(label));
  if (added.length + removed.length === 0) return;
  issue.labels = labels.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  issue.updatedAt = state.now();
  for (const label of added) note(state, issue, "label", by, { body: "1", detail: { label } });
  for (const label of removed) note(state, issue, "label", by, { detail: { label } });
  tell(internals, issue, "label", labels.length === 0 ? "label_cleared" : "label_updated", by);
  state.changed();
}

export function setAssignees(
  internals: Internals,
  issue: Issue,
  assignees: readonly User[],
  by: User,
): void {
  const { state } = internals;
  const before = issue.assignees;
  const added = assignees.filter((user) => !before.includes(user));
  const removed = before.filter((user) => !assignees.includes(user));
  issue.assignees = [...assignees];
  for (const assignee of [...removed, ...added]) {
    const removedAssignee = removed.includes(assignee);
    issue.updatedAt = state.now();
    note(state, issue, "assignees", by, { detail: { assignee, removedAssignee } });
    tell(internals, issue, "assign", removedAssignee ? "unassigned" : "assigned", by);
  }
  state.changed();
}

export function setLocked({ state }: Internals, issue: Issue, locked: boolean): void {
  issue.locked = locked;
  state.changed();
}

function tell(
  internals: Internals,
  issue: Issue,
  what: "assign" | "label",
  action: string,
  by: User,
): void {
  if (isPull(issue)) tellPull(internals, issue, `pull_request_${what}`, action, by);
  else tellIssue(internals, issue, `issue_${what}`, action, by);
}

function tellChange(internals: Internals, issue: Issue, by: User, changed: Json): void {
  const changes = { ...changed, added_labels: null, removed_labels: null };
  if (isPull(issue)) tellPull(internals, issue, "pull_request", "edited", by, { changes });
  else tellIssue(internals, issue, "issues", "edited", by, { changes });
}

function tellIssue(
  internals: Internals,
  issue: Issue,
  type: "issues" | "issue_assign" | "issue_label",
  action: string,
  by: User,
  more: { changes?: Json; commitId?: string } = {},
): void {
  const { state } = internals;
  fire(internals, issue.repository, type, {
    action,
    number: issue.number,
    ...(more.changes !== undefined && { changes: more.changes }),
    issue: issueJson(state, issue, by),
    repository: repositoryJson(state, issue.repository, by),
    sender: userJson(state, by, undefined),
    commit_id: more.commitId ?? "",
  });
}
