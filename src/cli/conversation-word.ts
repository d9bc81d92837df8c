/** What stands in place of an opencode session's id where a conversation has not begun. */
export const EMPTY = "(empty)";
