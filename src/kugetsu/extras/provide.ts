import { KugetsuError } from "../errors.ts";
import { NOTHING_FETCHED, type Fetched } from "../git/fetched.ts";
import type { AgentWorktree } from "../git/worktree.ts";
import type { ExtrasCore } from "./core.ts";
import type { TurnOrder } from "../turn.ts";
import { fetchLfs } from "./lfs.ts";
import { type Extra, type ExtraNote, type Extras, NO_EXTRAS } from "./order.ts";
import { fetchSubmodules, fillSubmodules } from "./submodules.ts";
import { readWish } from "./wish.ts";

/**
 * Puts submodules and LFS files into a worktree that is ready for its turn, where the repository asks for them and the
 * operator allows it, and takes out what was there before and no longer may be. What cannot be had is told, and the
 * turn goes on without it.
 *
 * @param sha the commit that the worktree stands on
 * @throws KugetsuError `unavailable` when it was stopped, `failed` when what was there cannot be taken out
 */
export async function provideExtras(
  core: ExtrasCore,
  order: Pick<TurnOrder, "extras" | "ref" | "source" | "signal">,
  worktree: AgentWorktree,
  sha: string,
): Promise<Extras> {
  const before = await wholeBefore(core, worktree);
  const { extras } = order;
  const wish = extras && (await readWish(worktree.mirror, extras.branch));
  const notes: ExtraNote[] = [...(wish?.notes ?? [])];
  const may = (what: Extra): boolean => {
    if (extras === undefined || wish?.[what] !== true) return false;
    if (!extras.allowed[what]) notes.push({ kind: "not_allowed", what });
    return extras.allowed[what];
  };
  const has = { submodules: may("submodules"), lfs: may("lfs") };
  const isNothing = before.submodules.length + before.lfs.length === 0;
  if (isNothing && !has.submodules && !has.lfs) return { ...NO_EXTRAS, notes };

  const tried = async <T>(what: Extra, act: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await act();
    } catch (error) {
      if (order.signal.aborted || !(error instanceof KugetsuError)) throw error;
      core.warn(`The ${what} of ${worktree.key} could not be provided: ${error.message}`);
      notes.push({ kind: "failed", what });
      return undefined;
    }
  };
  const submodules =
    extras === undefined || !has.submodules
      ? undefined
      : await tried("submodules", () =>
          fetchSubmodules(core, {
            order: extras,
            sha,
            mirror: worktree.mirror,
            instance: order.ref.instance,
            url: order.source.url,
            worktree,
          }),
        );
  const lfs = has.lfs
    ? await tried("lfs", () =>
        fetchLfs(core, { sha, source: order.source, worktree, before: before.lfs }),
      )
    : undefined;
  const wanted: Fetched = { submodules: submodules?.submodules ?? [], lfs: lfs?.files ?? [] };
  await core.git.withdraw(worktree, gone(before, wanted));
  await core.git.noteFetched(worktree.key, { ...wanted, pending: true });

  const filled =
    submodules &&
    (await tried("submodules", () =>
      fillSubmodules(core, worktree, submodules, before.submodules),
    ));
  const content =
    lfs &&
    (await tried("lfs", async () => {
      await core.git.fillLfs(worktree, lfs.contents);
      return lfs;
    }));
  notes.push(...(filled?.notes ?? []), ...(content?.notes ?? []));
  const there = { submodules: filled?.submodules ?? [], lfs: content?.files ?? [] };
  const isWhole =
    (filled !== undefined || submodules === undefined) &&
    (content !== undefined || lfs === undefined);
  if (isWhole) await core.git.noteFetched(worktree.key, there);
  return { notes, submodules: there.submodules.map(({ path }) => path), lfs: there.lfs.length };
}

/** What was put there before. Where a life was killed over it, that goes first. */
async function wholeBefore(core: ExtrasCore, worktree: AgentWorktree): Promise<Fetched> {
  const before = await core.git.fetched(worktree.key);
  if (before.pending !== true) return before;
  await core.git.withdraw(worktree, before);
  await core.git.noteFetched(worktree.key, NOTHING_FETCHED);
  return NOTHING_FETCHED;
}

/** What was put there before and is not to be there any more, or not as it is. */
function gone(before: Fetched, wanted: Fetched): Fetched {
  return {
    submodules: before.submodules.filter(
      (old) => !wanted.submodules.some(({ path, sha }) => path === old.path && sha === old.sha),
    ),
    lfs: before.lfs.filter((old) => !wanted.lfs.some(({ path }) => path === old.path)),
  };
}
