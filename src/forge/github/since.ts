import type { Answer } from "./call.ts";
import { itemsOf, PAGE } from "./pages.ts";

interface Updated {
  readonly updatedAt: string;
}

export interface Since<T> {
  /** Those that could be read: one that cannot must not hold up all others for ever. */
  readonly items: readonly T[];
  readonly first: Answer;
  readonly pages: number;
  /** Whether that was all. */
  readonly complete: boolean;
}

/**
 * Reads a list that GitHub sorts by when its items were changed last, the oldest first. It goes on from the last
 * moment that it saw and not from the next page: what is changed meanwhile moves to the end, and would push what
 * follows onto a page that was read already.
 */
export async function readSince<T extends Updated>(list: {
  readonly what: string;
  /** ISO 8601; what was changed at that moment is part of the list. */
  readonly since: string;
  readonly maxPages: number;
  readonly read: (query: { since: string; page: number }, isFirst: boolean) => Promise<Answer>;
  readonly item: (data: unknown) => T | undefined;
  readonly key: (item: T) => number;
}): Promise<Since<T>> {
  const { what, read, item, key } = list;
  const found = new Map<number, T>();
  const from = Date.parse(list.since);
  let since = list.since;
  let page = 1;
  let first: Answer | undefined;
  for (let pages = 1; ; pages++) {
    const answer = await read({ since: before(since), page }, pages === 1);
    first ??= answer;
    const data = answer.status === 304 ? [] : itemsOf(what, answer);
    const items = data.map(item).filter((one) => one !== undefined);
    for (const one of items) if (Date.parse(one.updatedAt) >= from) found.set(key(one), one);
    const complete = data.length < PAGE;
    if (complete || pages >= list.maxPages)
      return { items: inOrder(found), first, pages, complete };
    const last = items.at(-1)?.updatedAt ?? since;
    // More of them than a page holds in one moment: then the pages are all there is.
    if (Date.parse(last) > Date.parse(since)) [since, page] = [last, 1];
    else page++;
  }
}

/** A second earlier: GitHub's times have no fractions, and whether `since` counts itself is not said. */
function before(moment: string): string {
  const seconds = Math.floor(Date.parse(moment) / 1000) - 1;
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function inOrder<T extends Updated>(found: ReadonlyMap<number, T>): T[] {
  return [...found.values()].toSorted((a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt));
}
