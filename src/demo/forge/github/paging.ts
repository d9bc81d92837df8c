import type { Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { json } from "./answer.ts";
import { digits, optional } from "./fields.ts";

type Ctx = Context<ForgeEnv>;

const DEFAULT_SIZE = 30;
const MAX_SIZE = 100;

/** What every paged list may be asked for. */
export const PAGED = { page: optional(digits), per_page: optional(digits) };

interface Paged {
  readonly page: number | undefined;
  readonly per_page: number | undefined;
}

/** One page of a list, with the links to the others. */
export function page<T>(
  c: Ctx,
  { page: asked, per_page }: Paged,
  all: readonly T[],
  show: (one: T) => unknown,
): Response {
  const size = Math.min(Math.max(per_page ?? DEFAULT_SIZE, 1), MAX_SIZE);
  const number = Math.max(asked ?? 1, 1);
  const part = all.slice((number - 1) * size, number * size);
  return json(part.map(show), 200, links(c, number, Math.ceil(all.length / size)));
}

/** Oldest or newest first by one of their times; what was at the same time stays in the order it came. */
export function sorted<T>(
  all: readonly T[],
  direction: "asc" | "desc",
  timeOf: (one: T) => number,
): T[] {
  const ascending = all.toSorted((a, b) => timeOf(a) - timeOf(b));
  return direction === "asc" ? ascending : ascending.toReversed();
}

/** Compared in whole seconds, as times are shown. */
export function since<T>(
  all: readonly T[],
  from: number | undefined,
  timeOf: (one: T) => number,
): readonly T[] {
  if (from === undefined) return all;
  return all.filter((one) => Math.floor(timeOf(one) / 1000) * 1000 >= from);
}

function links(c: Ctx, number: number, last: number): Record<string, string> {
  const { pathname, searchParams } = new URL(c.req.url);
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(searchParams);
    query.set("page", String(to));
    return `<${c.get("internals").state.url}${pathname}?${query.toString()}>; rel="${rel}"`;
  };
  const before = number > 1 ? [link(number - 1, "prev")] : [];
  const after = number < last ? [link(number + 1, "next"), link(last, "last")] : [];
  const first = number > 1 ? [link(1, "first")] : [];
  const all = [...before, ...after, ...first];
  return all.length === 0 ? {} : { link: all.join(", ") };
}
