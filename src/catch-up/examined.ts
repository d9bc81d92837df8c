import type { Issue } from "../forge/forge.ts";

/**
 * Which changes of issues were looked into already, for as long as this process lives: the newest come again with each
 * look. Forges tell whole seconds, so that something may have changed once more within the same one: a change is looked
 * into twice.
 */
export interface Examined {
  isDone(issue: Issue): boolean;
  /** These were looked into now, and no others are remembered. */
  keep(issues: readonly Issue[]): void;
}

const TIMES = 2;

export function createExamined(): Examined {
  let seen = new Map<string, number>();
  return {
    isDone: (issue) => (seen.get(keyOf(issue)) ?? 0) >= TIMES,
    keep(issues) {
      seen = new Map(issues.map((issue) => [keyOf(issue), (seen.get(keyOf(issue)) ?? 0) + 1]));
    },
  };
}

function keyOf({ number, updatedAt }: Issue): string {
  return `${number} ${updatedAt}`;
}
