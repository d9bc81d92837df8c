import type { Person, RepositoryId } from "../forge/event.ts";
import type { Issue, Repository } from "../forge/forge.ts";
import type { AskedForge } from "./asked.ts";
import { ifThere } from "./if-there.ts";

/** A repository during one look at it: nothing is asked twice, and nothing that nobody needs. */
export interface Place {
  readonly repository: RepositoryId;
  /** undefined when it is gone. */
  issue(number: number): Promise<Issue | undefined>;
  /** Whether everybody who may edit other people's words here may push anyway. */
  editorsMayPush(): Promise<boolean>;
  mayPush(person: Person): Promise<boolean>;
}

/** @param issues those that are known already */
export function openPlace(
  forge: AskedForge,
  repository: RepositoryId,
  issues: readonly Issue[] = [],
): Place {
  const { id, owner, name } = repository;
  const read = new Map(issues.map((issue) => [issue.number, issue]));
  let asked: Promise<Repository | undefined> | undefined;
  let editors: Promise<boolean> | undefined;
  const ask = async (): Promise<Repository | undefined> => {
    const answer = await (asked ??= ifThere(forge.repository(owner, name)));
    return answer?.id === id ? answer : undefined;
  };
  const askEditors = async (): Promise<boolean> => {
    const there = await ask();
    return there !== undefined && forge.editorsMayPush(there);
  };
  return {
    repository,
    async issue(number) {
      const known = read.get(number);
      if (known !== undefined) return known;
      const issue = await ifThere(forge.issue({ owner, name, number }));
      if (issue !== undefined) read.set(number, issue);
      return issue;
    },
    editorsMayPush: () => (editors ??= askEditors()),
    async mayPush(person) {
      const there = await ask();
      if (there === undefined) return false;
      const { level } = await forge.permission(there, person);
      return level === "write" || level === "admin";
    },
  };
}
