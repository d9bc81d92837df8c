/** Milliseconds of `90s`, `30m`, `2h` or a number of seconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = "s"] = /^([0-9]{1,9})(s|m|h)?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as "s" | "m" | "h"];
}

export function printDuration(ms: number): string {
  if (ms > 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return `${ms / 1_000}s`;
}

const UNITS = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const;

/** Bytes of `500M`, `2G` or a number of bytes; undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit] = /^([0-9]{1,15})([KMGT])?(?:i?B)?$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const factor = unit === undefined ? 1 : UNITS[unit.toUpperCase() as keyof typeof UNITS];
  return Number(digits) * factor;
}

/** An http or https address without user, query, fragment and trailing slash; undefined for anything else. */
export function parseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return undefined;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    return undefined;
  return url.href.replace(/\/+$/, "");
}
