import type { Context } from "hono";

export function methodNotAllowed(c: Context, allow: string): Response {
  return c.json({ error: "Method not allowed." }, 405, { Allow: allow });
}
