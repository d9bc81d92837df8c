import type { Mirror } from "../git/mirror.ts";

const NAMES = ["AGENTS.md", "CLAUDE.md"];
const MAX_BYTES = 32 * 1024;

/** The repository's own words for agents, from the root of its base branch: AGENTS.md, else CLAUDE.md. */
export async function readInstructions(
  mirror: Mirror,
  branch: string,
): Promise<{ readonly name: string; readonly text: string } | undefined> {
  const head = await mirror.head(branch);
  if (head === undefined) return undefined;
  for (const name of NAMES) {
    const text = await mirror.read(head, name, MAX_BYTES);
    if (text !== undefined && text.trim() !== "") return { name, text };
  }
  return undefined;
}
