import type { UnpushedWork } from "../kugetsu/git/inspect.ts";

/** Says what would be lost; undefined when nothing would. */
export function workWords(work: UnpushedWork): string | undefined {
  if (work.unreadable) return "work that git cannot read";
  const words = [
    ...(work.commits > 0
      ? [`${work.commits} unpushed ${work.commits === 1 ? "commit" : "commits"}`]
      : []),
    ...(work.uncommitted ? ["uncommitted changes"] : []),
  ];
  return words.length === 0 ? undefined : words.join(" and ");
}
