import type { SandboxForge } from "../../src/demo/forge/sandbox.ts";
import type { Person } from "../../src/forge/event.ts";
import type { Job } from "../../src/jobs/job.ts";
import { storedJob } from "../jobs/stored.ts";

export const SHOP = "olivia/shop";

/** A forge with people, and jobs as a delivery would make them. */
export interface Place {
  readonly forge: SandboxForge;
  /** Milliseconds; moved by the test. The forge tells whole seconds. */
  readonly clock: { now: number };
  /** Ids of the repositories, by `owner/name`. */
  readonly repositories: Readonly<Record<string, number>>;
  /** A person by its login, as the forge names it. */
  readonly person: (login: string) => Person;
}

export interface Said {
  readonly by?: string;
  readonly body?: string;
  readonly repository?: string;
  /** A new one when left out. */
  readonly issue?: number;
}

const ISSUE = { by: "rita", title: "It breaks", body: "Badly." };

/** A new issue of rita's. */
export function newIssue({ forge }: Place, repository = SHOP): number {
  return forge.createIssue(repository, ISSUE);
}

/** Somebody comments, and a delivery tells of it. */
export function orderAt(place: Place, said: Said = {}, change: Partial<Job> = {}): Job {
  const { forge, clock, repositories, person } = place;
  const { by = "walter", body = "/kugetsu fix", repository = SHOP } = said;
  const number = said.issue ?? newIssue(place, repository);
  const thread = forge.issue(repository, number);
  const commentId = forge.comment(repository, number, { by, body });
  const [owner = "", name = ""] = repository.split("/");
  return storedJob({
    id: commentId,
    state: "received",
    ref: `${forge.host}/${repository}#${number}`,
    repository: { id: repositories[repository] ?? 0, owner, name },
    issueNumber: number,
    commentId,
    commentBody: body,
    commentUpdatedAt: new Date(Math.floor(clock.now / 1000) * 1000).toISOString(),
    issueTitle: thread.title,
    issueBody: thread.body,
    author: person(by),
    actor: person(by),
    createdAt: clock.now,
    ...change,
  });
}
