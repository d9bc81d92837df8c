import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inTurn, takeOverBranches } from "./branches.ts";
import { writeCommit } from "./commits.ts";
import type { Internals } from "./internals.ts";
import { firstUser } from "./people.ts";
import { PRE_RECEIVE_HOOK } from "./pre-receive.ts";
import type { Account, Repository, User } from "./records.ts";
import type { NewCommit, NewRepository } from "./sandbox.ts";
import { found, fullName, type ForgeState } from "./state.ts";

export async function addRepository(
  internals: Internals,
  name: string,
  options: RepositoryDraft = {},
): Promise<Repository> {
  const { state, git, dir } = internals;
  const [ownerName = "", ownName = ""] = name.split("/");
  const owner = found(state.accounts.get(ownerName.toLowerCase()), `account ${ownerName}`);
  if (state.repositories.has(name.toLowerCase()))
    throw new Error(`The sandbox forge has ${name} already.`);
  const repository = newRecord(state, owner, ownName, dir, options);
  for (const [login, access] of Object.entries(options.collaborators ?? {})) {
    repository.collaborators.set(state.user(login), access);
  }
  // As on Gitea, a new repository ends what its name redirected to.
  state.redirects.delete(name.toLowerCase());
  state.repositories.set(name.toLowerCase(), repository);
  await inTurn(repository, async () => {
    await git.run(dir, [
      "init",
      "--quiet",
      "--bare",
      `--initial-branch=${repository.defaultBranch}`,
      repository.gitDir,
    ]);
    const hook = join(repository.gitDir, "hooks", "pre-receive");
    await writeFile(hook, PRE_RECEIVE_HOOK);
    await chmod(hook, 0o755);
    if (options.gitDir !== undefined) {
      await git.run(repository.gitDir, [
        "fetch",
        "--quiet",
        "--no-tags",
        options.gitDir,
        "+refs/heads/*:refs/heads/*",
      ]);
    } else if (options.files !== undefined) {
      const by = firstUser(owner);
      const { defaultBranch: branch } = repository;
      const { files } = options;
      const draft = {
        branch,
        parent: undefined,
        by,
        message: "Initial commit",
        files,
        at: state.now(),
      };
      await writeCommit(git, repository.gitDir, draft);
    }
    await takeOverBranches(internals, repository, firstUser(owner));
  });
  return repository;
}

/** A person's push of one commit. */
export async function commit(
  internals: Internals,
  repository: Repository,
  branch: string,
  change: NewCommit,
): Promise<{ sha: string }> {
  const { state, git } = internals;
  const by = state.user(change.by);
  return inTurn(repository, async () => {
    const start =
      repository.branches.get(branch) ??
      repository.branches.get(change.from ?? repository.defaultBranch);
    const { message, files } = change;
    await writeCommit(git, repository.gitDir, {
      branch,
      parent: start,
      by,
      message,
      files,
      at: state.now(),
    });
    await takeOverBranches(internals, repository, by);
    return { sha: found(repository.branches.get(branch), `branch ${branch}`) };
  });
}

export async function deleteBranch(
  internals: Internals,
  repository: Repository,
  branch: string,
  by: User,
): Promise<void> {
  await inTurn(repository, async () => {
    await internals.git.run(repository.gitDir, ["update-ref", "-d", `refs/heads/${branch}`]);
    await takeOverBranches(internals, repository, by);
  });
}

export async function readFileAt(
  internals: Internals,
  repository: Repository,
  branch: string,
  path: string,
): Promise<string | undefined> {
  const result = await internals.git.try(repository.gitDir, [
    "cat-file",
    "blob",
    `refs/heads/${branch}:${path}`,
  ]);
  return result.ok ? result.stdout : undefined;
}

/** The old name leads to it from then on. */
export function rename(
  internals: Internals,
  repository: Repository,
  newName: string,
  by = firstUser(repository.owner),
): void {
  const from = repository.name;
  move(internals.state, repository, repository.owner, newName);
  internals.announce({ kind: "renamed", repository, by, from });
  internals.state.changed();
}

/** The old address leads to it from then on; collaborators and hooks of the repository stay. */
export function transfer(internals: Internals, repository: Repository, to: Account): void {
  const from = repository.owner;
  const by = firstUser(from);
  const name = `${to.login}/${repository.name}`;
  if (internals.state.findRepository(name) !== undefined) {
    throw new Error(`The sandbox forge has ${name} already.`);
  }
  move(internals.state, repository, to, repository.name);
  internals.announce({ kind: "transferred", repository, by, from });
  internals.state.changed();
}

/** A copy with all branches that knows where it comes from; its owner is the only one who may write to it. */
export async function fork(
  internals: Internals,
  repository: Repository,
  owner: Account,
  name = repository.name,
): Promise<Repository> {
  return addRepository(internals, `${owner.login}/${name}`, {
    gitDir: repository.gitDir,
    defaultBranch: repository.defaultBranch,
    private: repository.private,
    parent: repository,
  });
}

function move(state: ForgeState, repository: Repository, owner: Account, name: string): void {
  const before = fullName(repository).toLowerCase();
  state.repositories.delete(before);
  state.redirects.set(before, repository);
  repository.owner = owner;
  repository.name = name;
  const after = fullName(repository).toLowerCase();
  state.redirects.delete(after);
  state.repositories.set(after, repository);
}

type RepositoryDraft = NewRepository & { readonly parent?: Repository };

function newRecord(
  state: ForgeState,
  owner: Account,
  name: string,
  dir: string,
  options: RepositoryDraft,
): Repository {
  const id = state.nextId("repository");
  return {
    id,
    owner,
    name,
    description: options.description ?? "",
    private: options.private ?? false,
    archived: false,
    defaultBranch: options.defaultBranch ?? "main",
    // Named by id, so that a rename moves nothing.
    gitDir: join(dir, `${id}.git`),
    parent: options.parent,
    collaborators: new Map(),
    branches: new Map(),
    protectedBranches: new Set(),
    labels: [],
    issues: new Map(),
    lastNumber: 0,
    deleted: new Set(),
    lfs: new Map(),
    hooks: [],
    createdAt: state.now(),
    updatedAt: state.now(),
    queue: Promise.resolve(),
  };
}
