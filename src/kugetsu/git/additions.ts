import { assertShas } from "./check.ts";
import type { Mirror } from "./mirror.ts";
import type { GitPlace } from "./place.ts";
import { botGit, succeeded } from "./run.ts";

const MAX_BYTES = 32_000_000;

/**
 * Everything that a push of `tip` would show to people for the first time: authors, messages and changed lines of the
 * commits that none of `known` has. The first 32 MB of it.
 */
export async function additions(
  place: GitPlace,
  mirror: Mirror,
  range: { readonly tip: string; readonly known: readonly string[] },
): Promise<string> {
  assertShas(range.tip, ...range.known);
  const ended = await botGit(
    place,
    mirror.path,
    [
      "log",
      "-p",
      "-m",
      "--no-textconv",
      "--no-ext-diff",
      "--no-color",
      "--text",
      "--format=%an <%ae>%n%cn <%ce>%n%B",
      range.tip,
      ...range.known.map((sha) => `^${sha}`),
      "--",
    ],
    { maxBytes: MAX_BYTES, cut: true },
  );
  return succeeded(ended, "The new commits could not be read.").toString();
}
