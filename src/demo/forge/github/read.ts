import type { Context } from "hono";
import type { ForgeEnv } from "../env.ts";
import { failure, malformed, stop } from "./answer.ts";
import { FieldError, readFields, type Field } from "./fields.ts";

type Ctx = Context<ForgeEnv>;
type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** The JSON body with these fields and no other, or the end of the request with 400 or 422. */
export async function readBody<F extends Fields>(c: Ctx, fields: F): Promise<Values<F>> {
  const sent = await c.req.text();
  let value: unknown;
  try {
    value = sent === "" ? {} : JSON.parse(sent);
  } catch {
    throw stop(failure(400, "Problems parsing JSON"));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw stop(failure(400, "Body should be a JSON object"));
  }
  return orMalformed(() => readFields(value, fields, "properties"));
}

/** The query with these fields and no other. Each is text; a number is written in digits. */
export function readQuery<F extends Fields>(c: Ctx, fields: F): Values<F> {
  const given = Object.entries(c.req.queries()).map(([key, values]) => [key, values.at(-1)]);
  return orMalformed(() => readFields(Object.fromEntries(given), fields, "query"));
}

function orMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FieldError) throw stop(malformed(error.message));
    throw error;
  }
}
