import type { Comment, Issue, ReactionRecord, ReviewComment, User } from "./records.ts";
import type { ForgeState } from "./state.ts";

export const REACTIONS: readonly string[] = [
  "+1",
  "-1",
  "laugh",
  "hooray",
  "confused",
  "heart",
  "rocket",
  "eyes",
];

/** Adds a reaction, or finds the one that is there. Nobody is told. */
export function addReaction(
  state: ForgeState,
  subject: Issue | Comment | ReviewComment,
  user: User,
  content: string,
): { reaction: ReactionRecord; isNew: boolean } {
  const existing = subject.reactions.find((one) => one.user === user && one.content === content);
  if (existing !== undefined) return { reaction: existing, isNew: false };
  const reaction = { user, content, at: state.now() };
  subject.reactions.push(reaction);
  state.changed();
  return { reaction, isNew: true };
}

export function removeReaction(
  state: ForgeState,
  subject: Issue | Comment | ReviewComment,
  user: User,
  content: string,
): void {
  const index = subject.reactions.findIndex((one) => one.user === user && one.content === content);
  if (index === -1) return;
  subject.reactions.splice(index, 1);
  state.changed();
}
