import { assertShas } from "./check.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { botGit, succeeded } from "./run.ts";

const MAX_BYTES = 32_000_000;

/**
 * Everything that a push of `tip` would show to people for the first time: authors, messages, names of files and added
 * lines of the commits that none of `known` has. The first 32 MB of each.
 */
export async function additions(
  place: GitPlace,
  mirror: Mirror,
  range: { readonly tip: string; readonly known: readonly string[] },
): Promise<string> {
  assertShas(range.tip, ...range.known);
  const commits = [range.tip, ...range.known.map((sha) => `^${sha}`), "--"];
  const log = async (...options: string[]) => {
    const limits = { maxBytes: MAX_BYTES, cut: true };
    const ended = await botGit(place, mirror.path, ["log", ...options, ...commits], limits);
    return succeeded(ended, "The new commits could not be read.").toString();
  };
  const [messages, changes] = await Promise.all([
    log("--format=%an <%ae>%n%cn <%ce>%n%B"),
    log("-p", "-U0", "--cc", "--text", "--no-textconv", "--no-ext-diff", "--no-color", "--format="),
  ]);
  return `${messages}\n${addedLines(changes)}`;
}

/** Without what is taken out (` -` in a merge: from one of its sides), and without the hunks' headings, which quote. */
function addedLines(patch: string): string {
  return patch
    .split("\n")
    .filter((line) => !/^(?: ?-(?!-- )|@@)/.test(line))
    .join("\n");
}
