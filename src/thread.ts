import type { Person } from "./forge/event.ts";

/** An issue's words as they were at the trigger: what is edited or said later never reaches the agent of that job. */
export interface Thread {
  readonly title: string;
  /** Empty when it was edited after the trigger. */
  readonly body: string;
  readonly author: Person;
  /** Oldest first, the bot's own and the triggering comment left out. */
  readonly comments: readonly ThreadComment[];
}

export interface ThreadComment {
  readonly id: number;
  readonly author: Person;
  readonly body: string;
  /** ISO 8601. */
  readonly createdAt: string;
}
