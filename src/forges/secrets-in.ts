import { redacted } from "../redacted.ts";

const NAME = /token|secret|key/i;

/**
 * All texts below fields that are called like a secret's, however deep: of what cannot be read as a forge too, since
 * its secrets are secrets none the less. Shown as `[redacted]`.
 */
export function secretsIn(value: unknown): readonly string[] {
  const found = new Set<string>();
  const look = (each: unknown, isSecret: boolean): void => {
    if (typeof each === "string" && isSecret && each !== "") found.add(each);
    if (typeof each !== "object" || each === null) return;
    for (const [name, inner] of Object.entries(each)) look(inner, isSecret || NAME.test(name));
  };
  look(value, false);
  return redacted([...found]);
}
