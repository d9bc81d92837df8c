import { understood } from "../gitea/call.ts";
import type { Answer } from "./call.ts";

/** The most that GitHub gives in one page. */
export const PAGE = 100;

/**
 * A list that GitHub gives oldest first, read from its end: `take` gets one page after the other, the newest first,
 * until it has enough and gives true. At most `maxPages` are read, and the first one, which says how many there are.
 */
export async function fromTheEnd(
  what: string,
  read: (page: number) => Promise<Answer>,
  maxPages: number,
  take: (items: readonly unknown[]) => boolean,
): Promise<void> {
  const first = await read(1);
  const last = lastPage(first.headers["link"]);
  for (let page = last; page > Math.max(last - maxPages, 1); page--) {
    if (take(itemsOf(what, await read(page)))) return;
  }
  if (last <= maxPages) take(itemsOf(what, first));
}

/** @throws KugetsuError `unavailable` when it is no list */
export function itemsOf(what: string, { data }: Answer): readonly unknown[] {
  return understood(what, Array.isArray(data) ? (data as unknown[]) : undefined);
}

function lastPage(link: unknown): number {
  const page = Number(linked(link, "last")?.get("page") ?? 1);
  return Number.isSafeInteger(page) && page > 0 ? page : 1;
}

/** Where a list by cursor goes on, or undefined at its end. */
export function nextCursor(link: unknown): string | undefined {
  return linked(link, "next")?.get("cursor") ?? undefined;
}

/** The query of an address that a Link header names: `<https://…?page=3>; rel="last"`. */
function linked(link: unknown, relation: "last" | "next"): URLSearchParams | undefined {
  if (typeof link !== "string") return undefined;
  const part = link.split(",").find((one) => one.includes(`rel="${relation}"`));
  const address = /<([^<>]{1,2000})>/.exec(part ?? "")?.[1];
  return address !== undefined && URL.canParse(address) ? new URL(address).searchParams : undefined;
}
