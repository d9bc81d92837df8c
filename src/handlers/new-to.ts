import type { Thread, ThreadComment } from "../thread.ts";

/** What was said in a thread after the comment that was seen last. */
export function newTo(thread: Thread, seen: number): readonly ThreadComment[] {
  const last = thread.comments.find(({ id, place }) => place === undefined && id === seen);
  // The words of reviews are counted otherwise than comments; their time tells, in whole seconds.
  const since = last === undefined ? 0 : Date.parse(last.createdAt);
  return thread.comments.filter(({ id, place, createdAt }) =>
    place === undefined ? id > seen : Date.parse(createdAt) >= since,
  );
}
