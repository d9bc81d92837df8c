import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  printable,
  readShellIndex,
  readShellSession,
  type ShellIndex,
  type ShellSession,
} from "./session-file.ts";

/** All that a home of the shell version says of its sessions. */
export interface ShellHome {
  readonly base: ShellSession | undefined;
  readonly pmAgent: ShellSession | undefined;
  readonly issues: readonly (ShellSession & { readonly ref: string })[];
  /** Files that cannot be read, relative to the home. */
  readonly damaged: readonly string[];
  readonly warnings: readonly string[];
}

const MAX_BYTES = 16_000_000;
const EMPTY_INDEX: ShellIndex = { base: undefined, pmAgent: undefined, issues: [], faults: [] };
const NOTHING: ShellSession = {
  type: undefined,
  ref: undefined,
  opencodeSessionId: undefined,
  worktreePath: undefined,
  createdAt: undefined,
  faults: [],
};

/**
 * Reads index and session files, damaged ones too. A session that only one of the two knows is a session all the same:
 * nothing that can be made sense of is left behind.
 *
 * @param root absolute path of the home, or of a copy of it
 */
export async function readShellHome(root: string): Promise<ShellHome> {
  const damaged: string[] = [];
  const warnings: string[] = [];
  const read = async <T extends { faults: readonly string[] }>(
    path: string,
    parse: (text: string) => T,
  ): Promise<T | undefined> => {
    const text = await readPlainFile(join(root, path));
    if (text === undefined) return undefined;
    try {
      const value = parse(text);
      for (const fault of value.faults)
        warnings.push(`${printable(path)}: ${fault}; it is left out`);
      return value;
    } catch {
      damaged.push(path);
      return undefined;
    }
  };

  const index = (await read("index.json", readShellIndex)) ?? EMPTY_INDEX;
  const files = new Map<string, ShellSession>();
  for (const name of await readdir(join(root, "sessions")).catch(() => [])) {
    if (!name.endsWith(".json")) continue;
    const session = await read(join("sessions", name), readShellSession);
    if (session !== undefined) files.set(name, session);
  }

  const shared = (name: string, id: string | undefined): ShellSession | undefined => {
    const file = files.get(name);
    files.delete(name);
    if (file === undefined && id === undefined) return undefined;
    return { ...NOTHING, ...file, opencodeSessionId: id ?? file?.opencodeSessionId };
  };
  const base = shared("base.json", index.base);
  const pmAgent = shared("pm-agent.json", index.pmAgent);
  return { base, pmAgent, issues: issuesOf(index, files, warnings), damaged, warnings };
}

/** The index says which file is an issue's; what it does not name is found by what the files say themselves. */
function issuesOf(
  index: ShellIndex,
  files: Map<string, ShellSession>,
  warnings: string[],
): (ShellSession & { ref: string })[] {
  const issues = new Map<string, ShellSession & { ref: string }>();
  for (const { ref, file } of index.issues) {
    const session = files.get(file);
    if (issues.has(ref)) {
      warnings.push(`index.json names ${ref} twice; the first entry counts`);
    } else if (session === undefined || (session.ref ?? ref) !== ref) {
      // Its own file may lie under another name.
      const own = [...files].find(([, each]) => each.ref === ref);
      if (own === undefined) warnings.push(`${ref} has no readable session file`);
      else files.delete(own[0]);
      issues.set(ref, { ...(own?.[1] ?? NOTHING), ref });
    } else {
      files.delete(file);
      issues.set(ref, { ...session, ref });
    }
  }
  for (const [name, session] of files) {
    const { ref } = session;
    if (ref === undefined || issues.has(ref)) {
      warnings.push(`sessions/${printable(name)} is no issue's session file; it is left out`);
      continue;
    }
    warnings.push(`${ref} stands in sessions/${printable(name)}, and not in index.json`);
    issues.set(ref, { ...session, ref });
  }
  return [...issues.values()];
}

/** Undefined when there is no such file; a link, a directory or a huge file counts as damaged. */
async function readPlainFile(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  return found.isFile() && found.size <= MAX_BYTES ? readFile(path, "utf8") : "";
}
