import { inspect } from "node:util";

/** The same object, which JSON and `inspect` (so a logger too) show as `[redacted]` only. */
export function redacted<T extends object>(secrets: T): T {
  const show = { value: () => "[redacted]", enumerable: false };
  return Object.defineProperties(secrets, { toJSON: show, [inspect.custom]: show });
}
