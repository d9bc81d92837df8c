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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
