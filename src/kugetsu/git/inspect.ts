import { readdir } from "node:fs/promises";
import { boxedGit } from "./boxed.ts";
import type { BoxedRepository } from "./boxed.ts";
import { assertShas } from "./check.ts";
import { isDirectory } from "./directory.ts";
import type { Mirror } from "./mirror.ts";
import { privatePath } from "./place.ts";
import type { GitPlace } from "./place.ts";
import { agentRepository } from "./worktree.ts";
import type { WorktreePlace } from "./worktree.ts";

/** What of a worktree would be lost with it. */
export interface UnpushedWork {
  /** Commits that are not on the forge, as far as is known here. */
  readonly commits: number;
  /** There are changes that nobody has committed. */
  readonly uncommitted: boolean;
  /** git cannot tell: there may be anything. */
  readonly unreadable: boolean;
}

export interface InspectRequest extends WorktreePlace {
  /** undefined: what the repository itself has fetched counts as what is on the forge. */
  readonly mirror: Mirror | undefined;
  /** Commits that are on the forge, beside the mirror's branches. */
  readonly known?: readonly string[];
}

const NOTHING: UnpushedWork = { commits: 0, uncommitted: false, unreadable: false };
const UNREADABLE: UnpushedWork = { commits: 0, uncommitted: false, unreadable: true };
const MOST_BYTES = 100_000;

/** Looks at a worktree and its private repository, and changes nothing. Never fails for what an agent did. */
export async function inspect(place: GitPlace, request: InspectRequest): Promise<UnpushedWork> {
  const { key, path, mirror } = request;
  const repository = privatePath(place, key);
  const isThere = await isDirectory(path);
  if (!isThere && !(await isDirectory(repository))) return NOTHING;
  const at: BoxedRepository =
    mirror === undefined
      ? { cwd: path, worktree: path, env: {}, readable: [], writable: [path, repository] }
      : agentRepository(place, { key, path, mirror, env: {} });
  try {
    return isThere
      ? await look(place, at, request)
      : {
          ...NOTHING,
          commits: await count(
            place,
            { ...at, cwd: repository, env: { GIT_DIR: repository } },
            request,
          ),
        };
  } catch {
    return UNREADABLE;
  }
}

async function look(
  place: GitPlace,
  at: BoxedRepository,
  request: InspectRequest,
): Promise<UnpushedWork> {
  if ((await readdir(at.cwd)).length === 0) return NOTHING;
  const status = await boxedGit(
    place,
    at,
    ["--no-optional-locks", "status", "--porcelain", "-z", "--ignore-submodules=all"],
    { maxBytes: MOST_BYTES, cut: true },
  );
  if (status.code !== 0 && status.stdout.length === 0) return UNREADABLE;
  return {
    commits: await count(place, at, request),
    uncommitted: status.stdout.length > 0,
    unreadable: false,
  };
}

/** @throws Error when git cannot tell */
async function count(
  place: GitPlace,
  at: BoxedRepository,
  { mirror, known = [] }: InspectRequest,
): Promise<number> {
  assertShas(...known);
  const heads = mirror === undefined ? [] : [...(await mirror.heads()).values()];
  const head = await boxedGit(place, at, ["rev-parse", "-q", "--verify", "HEAD^{commit}"]);
  const args = [
    "rev-list",
    "--count",
    "--ignore-missing",
    "--branches",
    ...(head.code === 0 ? ["HEAD"] : []),
    ...(mirror === undefined ? ["--not", "--remotes", "--not"] : []),
    "--stdin",
  ];
  const input = [...heads, ...known].map((sha) => `^${sha}\n`).join("");
  const ended = await boxedGit(place, at, args, { input });
  const number = ended.stdout.toString().trim();
  if (ended.code !== 0 || !/^\d{1,12}$/.test(number)) throw new Error("git cannot tell");
  return Number(number);
}
