/** Reads one value, or throws a `FieldError` in GitHub's words. `at` is where it stands, such as `properties/body`. */
export interface Field<T> {
  readonly read: (value: unknown, at: string) => T;
  readonly isRequired: boolean;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

export class FieldError extends Error {}

export const text = field((value, at) => {
  if (typeof value !== "string") throw mismatch(value, at, "string");
  return value;
});

export const flag = field((value, at) => {
  if (typeof value !== "boolean") throw mismatch(value, at, "boolean");
  return value;
});

export const whole = field((value, at) => {
  if (!Number.isInteger(value)) throw mismatch(value, at, "integer");
  return Number(value);
});

/** A number in a query. */
export const digits = field((value, at) => {
  if (typeof value !== "string" || !/^\d{1,9}$/.test(value)) throw mismatch(value, at, "integer");
  return Number(value);
});

/** An ISO 8601 time, as milliseconds since the epoch. */
export const time = field((value, at) => {
  const when = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(String(value))
    ? Date.parse(String(value))
    : Number.NaN;
  if (Number.isNaN(when)) throw mismatch(value, at, "date-time");
  return when;
});

export function oneOf<const T extends string>(...words: readonly T[]): Field<T> {
  return field((value, at) => {
    const word = words.find((one) => one === value);
    if (word !== undefined) return word;
    const list = words.map((one) => `"${one}"`).join(", ");
    throw new FieldError(`For '${at}', ${shown(value)} is not a member of [${list}].`);
  });
}

export function listOf<T>(one: Field<T>): Field<T[]> {
  return field((value, at) => {
    if (!Array.isArray(value)) throw mismatch(value, at, "array");
    return value.map((each, index) => one.read(each, `${at}/${index}`));
  });
}

export function object<F extends Fields>(fields: F): Field<Values<F>> {
  return field((value, at) => readFields(value, fields, at));
}

export function optional<T>(one: Field<T>): Field<T | undefined> {
  return { read: one.read, isRequired: false };
}

/** Where null is the same as nothing. */
export function nullable<T>(one: Field<T>): Field<T | undefined> {
  return {
    read: (value, at) => (value === null ? undefined : one.read(value, at)),
    isRequired: false,
  };
}

/** An object with these fields and no other. */
export function readFields<F extends Fields>(value: unknown, fields: F, at: string): Values<F> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw mismatch(value, at, "object");
  }
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(fields, key)) throw new FieldError(`"${key}" is not a permitted key.`);
  }
  const given = value as Record<string, unknown>;
  const read = Object.entries(fields).map(([key, one]) => {
    if (Object.hasOwn(value, key)) return [key, one.read(given[key], `${at}/${key}`)];
    if (one.isRequired) throw new FieldError(`"${key}" wasn't supplied.`);
    return [key, undefined];
  });
  return Object.fromEntries(read) as Values<F>;
}

function field<T>(read: Field<T>["read"]): Field<T> {
  return { read, isRequired: true };
}

function mismatch(value: unknown, at: string, kind: string): FieldError {
  const article = /^[aio]/.test(kind) ? "an" : "a";
  return new FieldError(`For '${at}', ${shown(value)} is not ${article} ${kind}.`);
}

function shown(value: unknown): string {
  return value === null ? "nil" : JSON.stringify(value);
}
