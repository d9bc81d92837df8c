/** Milliseconds by what was measured. */
export type Samples = Map<string, readonly number[]>;

/** Prints medians and their ratios to the two baselines: `new` for new sessions, `warm` for warm ones. */
export function printTable(samples: Samples, baselines: { new: string; warm: string }): void {
  for (const [name, values] of samples) {
    const middle = median(values);
    const to = name.includes("warm")
      ? baselines.warm
      : name.includes("new")
        ? baselines.new
        : undefined;
    const base = to === undefined ? undefined : median(samples.get(to) ?? []);
    const ratio = base === undefined ? "" : `  ${(middle / base).toFixed(2)} times "${to}"`;
    const spread = `${Math.min(...values)} to ${Math.max(...values)}`;
    process.stdout.write(`${String(middle).padStart(6)} ms  (${spread})  ${name}${ratio}\n`);
  }
}

/** Prints what of the same name differs between two bots: median against median, each a line. */
export function printCost(samples: Samples, bots: { of: string; without: string }): void {
  for (const [name, values] of samples) {
    if (!name.startsWith(`${bots.of}: `)) continue;
    const others = samples.get(name.replace(bots.of, bots.without)) ?? [];
    const [first, second] = [median(values), median(others)];
    process.stdout.write(
      `${first - second} ms, ${(first / second).toFixed(2)} times: ${name}, against "${bots.without}"\n`,
    );
  }
}

/** The middle one of these values; not a number when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
