import type { Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { failure, json, stop } from "./answer.ts";

type Ctx = Context<ForgeEnv>;

export const DEFAULT_PAGE = 30;
export const MAX_PAGE = 50;

/** One page of a list with the headers that tell of the others. */
export function page<T>(c: Ctx, all: readonly T[], show: (one: T) => unknown): Response {
  const { number, size } = asked(c);
  return json(slice(all, number, size).map(show), 200, {
    ...total(all.length),
    ...links(c, number, Math.ceil(all.length / size)),
  });
}

/** The list of comments of a repository and the timeline: all of it unless a page is asked for by number. */
export function pageWhenAsked<T>(c: Ctx, all: readonly T[], show: (one: T) => unknown): Response {
  return json(sliceWhenAsked(c, all).map(show), 200, total(all.length));
}

export function sliceWhenAsked<T>(c: Ctx, all: readonly T[]): readonly T[] {
  const { number, size } = asked(c);
  return c.req.query("page") === undefined ? all : slice(all, number, size);
}

/** A list that Gitea never cuts into pages. */
export function whole<T>(all: readonly T[], show: (one: T) => unknown): Response {
  return json(all.map(show), 200, total(all.length));
}

/** `since` and `before`, as milliseconds; a missing one is without effect. */
export function period(c: Ctx): { since: number; before: number } {
  return { since: time(c, "since") ?? 0, before: time(c, "before") ?? Number.POSITIVE_INFINITY };
}

/** Whether something that was last changed then falls into the period, compared in whole seconds as Gitea stores it. */
export function within(
  { since, before }: { since: number; before: number },
  updatedAt: number,
): boolean {
  const at = Math.floor(updatedAt / 1000) * 1000;
  return at >= since && at <= before;
}

export function asked(c: Ctx): { number: number; size: number } {
  const number = Math.max(1, Number.parseInt(c.req.query("page") ?? "1", 10) || 1);
  const limit = Number.parseInt(c.req.query("limit") ?? "", 10) || DEFAULT_PAGE;
  return { number, size: limit > 0 ? Math.min(limit, MAX_PAGE) : DEFAULT_PAGE };
}

function slice<T>(all: readonly T[], number: number, size: number): T[] {
  return all.slice((number - 1) * size, number * size);
}

export function total(count: number): Record<string, string> {
  return { "x-total-count": String(count), "access-control-expose-headers": "X-Total-Count" };
}

function links(c: Ctx, number: number, last: number): Record<string, string> {
  if (last <= 1) return {};
  const { pathname, searchParams } = new URL(c.req.url);
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(searchParams);
    query.set("page", String(to));
    return `<${c.get("internals").state.url}${pathname}?${query.toString()}>; rel="${rel}"`;
  };
  const before = [link(1, "first"), link(number - 1, "prev")];
  const after = [link(number + 1, "next"), link(last, "last")];
  return { link: [...(number < last ? after : []), ...(number > 1 ? before : [])].join(",") };
}

function time(c: Ctx, key: string): number | undefined {
  const text = c.req.query(key);
  if (text === undefined || text === "") return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw stop(failure(c, 422, `parsing time "${text}": cannot parse`));
  return at;
}
