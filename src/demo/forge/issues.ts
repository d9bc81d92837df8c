import type { Internals } from "./internals.ts";
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
  const { state } = internals;
  for (const label of issue.labels) {
    note(state, issue, "label", draft.by, { body: "1", detail: { label } });
  }
  for (const assignee of issue.assignees) {
    note(state, issue, "assignees", draft.by, { detail: { assignee, removedAssignee: false } });
  }
  internals.announce({ kind: "opened", issue, by: draft.by });
  // As on Gitea the order in which they came is that of the first answers alone.
  issue.labels = byName(issue.labels);
  state.changed();
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
    internals.announce({ kind: "edited", issue, by, field: "body", from: old.body });
  }
  if (title !== old.title) {
    issue.title = title;
    note(state, issue, "change_title", by, { detail: { oldTitle: old.title, newTitle: title } });
    internals.announce({ kind: "edited", issue, by, field: "title", from: old.title });
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
  if (issue.state === to) return;
  const { state } = internals;
  issue.state = to;
  issue.updatedAt = state.now();
  issue.closedAt = to === "closed" ? state.now() : undefined;
  note(state, issue, to === "closed" ? "close" : "reopen", by);
  if (to === "closed") internals.announce({ kind: "closed", issue, by, commitId });
  else internals.announce({ kind: "reopened", issue, by });
  state.changed();
}

export function deleteIssue(internals: Internals, issue: Issue, by: User): void {
  issue.repository.issues.delete(issue.number);
  issue.repository.deleted.add(issue.number);
  internals.announce({ kind: "deleted", issue, by });
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
  if (added.length + removed.length > 0) issue.updatedAt = state.now();
  issue.labels = byName(labels);
  for (const label of added) note(state, issue, "label", by, { body: "1", detail: { label } });
  for (const label of removed) note(state, issue, "label", by, { detail: { label } });
  internals.announce({ kind: "labels", issue, by, added, removed });
  state.changed();
}

function byName(labels: readonly Label[]): Label[] {
  return labels.toSorted((a, b) => (a.name < b.name ? -1 : 1));
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
    const kind = removedAssignee ? "unassigned" : "assigned";
    internals.announce({ kind, issue, by, assignee });
  }
  state.changed();
}

export function setLocked(internals: Internals, issue: Issue, locked: boolean, by: User): void {
  if (issue.locked === locked) return;
  issue.locked = locked;
  internals.announce({ kind: locked ? "locked" : "unlocked", issue, by });
  internals.state.changed();
}
