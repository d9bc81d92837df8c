/** What the agent is asked, apart from what stands in the thread. */
export interface Order {
  readonly message: string;
  readonly context: string;
  /** Who gives it, where it is not the commenter. */
  readonly by?: string;
  /** Said in the report; Markdown. */
  readonly note?: string;
  /** Refs under which the work of an earlier worktree was kept. */
  readonly kept?: readonly string[];
}
