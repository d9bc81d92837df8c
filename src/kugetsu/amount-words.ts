const UNITS = [
  [1024 ** 3, "GB"],
  [1024 ** 2, "MB"],
  [1024, "kB"],
] as const;

/** An amount of bytes for people: `64 kB`, `200 MB`, `1.5 GB`; a kB has 1024 bytes, as in the settings. */
export function byteWords(bytes: number): string {
  const [size, unit] = UNITS.find(([least]) => bytes >= least) ?? [1024, "kB"];
  return `${(bytes / size).toLocaleString("en-US", { maximumFractionDigits: 1 })} ${unit}`;
}

/** A number for people: `2,000,000`. */
export function numberWords(value: number): string {
  return value.toLocaleString("en-US");
}
