const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
] as const;

/** A length of time in its largest unit: `5d`, `3h`, `12m`, `40s`. */
export function shortDuration(ms: number): string {
  const unit = UNITS.find(([, length]) => ms >= length);
  return unit === undefined
    ? `${Math.max(0, Math.floor(ms / 1_000))}s`
    : `${Math.floor(ms / unit[1])}${unit[0]}`;
}
