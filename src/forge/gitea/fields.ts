import { isName } from "../../kugetsu/ref.ts";
import type { Person } from "../event.ts";

/** Longest title and body that are kept; what is longer is cut, in deliveries and answers alike. */
export const MAX_TITLE = 1000;
export const MAX_BODY = 1_000_000;

/** A value's own property, or undefined: `__proto__` and `constructor` of a hostile object name nothing. */
export function field(value: unknown, key: string): unknown {
  if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Gitea writes an empty list as null. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function positive(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}

/** A text, at most `max` UTF-16 units of it, without halves of a surrogate pair. */
export function text(value: unknown, max: number): string | undefined {
  return typeof value === "string" ? value.slice(0, max).toWellFormed() : undefined;
}

/** An owner's or repository's name. */
export function nameOf(value: unknown): string | undefined {
  return typeof value === "string" && isName(value) ? value : undefined;
}

/** A moment as `2026-01-31T12:00:00.000Z`, whatever zone the server writes: equal moments are equal texts. */
export function moment(value: unknown): string | undefined {
  if (
    typeof value !== "string" ||
    !/^\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)$/.test(value)
  ) {
    return undefined;
  }
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** A user. The id is negative for Gitea's own: -1 stands for deleted users, -2 for its Actions. */
export function person(value: unknown): Person | undefined {
  const id = field(value, "id");
  const login = nameOf(field(value, "login"));
  if (!Number.isSafeInteger(id) || login === undefined) return undefined;
  return { id: Number(id), login };
}

/** For whoever cannot be named: a deleted account. Its id is nobody's. */
export const GHOST: Person = { id: -1, login: "ghost" };
