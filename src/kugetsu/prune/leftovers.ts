import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import { isKey } from "../git/check.ts";
import { removeIn, isThere } from "../git/directory.ts";
import { parseRef } from "../ref.ts";
import { BASE, PM_AGENT } from "../session/core.ts";
import { keepFound } from "../session/keep-found.ts";
import { tempIn } from "../session/place.ts";
import { entriesOf } from "./directory-entries.ts";
import { mirrorOfOrphan } from "./mirror-of-orphan.ts";
import type { Find, Orphan, Scene } from "./orphan.ts";

const HEADS = ".git.heads.json";

/** Worktrees, private repositories, agents' data and temp directories of sessions that are not there, name by name. */
export async function leftovers(scene: Scene): Promise<Find[]> {
  const finds: Find[] = [];
  for (const slug of await names(scene)) {
    const ref = scene.slugs.get(slug);
    if (isProtected(scene, slug, ref)) continue;
    const orphans = await orphansOf(scene, slug, ref);
    if (orphans.length === 0) continue;
    const resource = ref ?? `slug:${slug}`;
    finds.push({ orphans, resource, remove: () => removeLeftovers(scene, slug, ref) });
  }
  return finds;
}

async function names({ core: { home, tempRoot }, slugs }: Scene): Promise<string[]> {
  const repositories = (await entriesOf(home.private)).flatMap(({ name }) => {
    const end = [HEADS, ".git"].find((suffix) => name.endsWith(suffix));
    const slug = end === undefined ? "" : name.slice(0, -end.length);
    // Beside such a repository would stand the directory of all worktrees, or the home.
    return ["", ".", ".."].includes(slug) ? [] : [slug];
  });
  const others = [...(await entriesOf(home.worktrees)), ...(await entriesOf(home.agents))];
  // The temp root is the operator's own directory: nothing but names of ours is looked at.
  const temps =
    tempRoot === undefined ? [] : [...slugs].filter(([, ref]) => isOurs(ref)).map(([slug]) => slug);
  return [...new Set([...others.map(({ name }) => name), ...repositories, ...temps])].toSorted();
}

function isProtected({ sessions, held }: Scene, slug: string, ref: string | undefined): boolean {
  if ([BASE, PM_AGENT].includes(ref ?? slug)) return true;
  // A turn that has begun to make its worktree has no session yet, and its lease.
  if (ref !== undefined && held.has(ref)) return true;
  // On a file system that ignores case such a directory is the session's.
  return sessions.some((session) => session.slug.toLowerCase() === slug.toLowerCase());
}

async function orphansOf(scene: Scene, slug: string, ref: string | undefined): Promise<Orphan[]> {
  const { worktree, repository, heads, agent, temp } = placesOf(scene, slug, ref);
  const orphans: Orphan[] = [];
  const hasRepository = await isThere(repository);
  if (await isThere(worktree)) {
    const work = await inspect(scene, slug, worktree);
    orphans.push({ kind: "worktree", path: worktree, ref, work });
  }
  if (hasRepository) {
    const isAlone = orphans.length === 0;
    const work = isAlone ? await inspect(scene, slug, worktree) : undefined;
    orphans.push({ kind: "private_repository", path: repository, ref, ...(work && { work }) });
  } else if (await isThere(heads)) {
    orphans.push({ kind: "private_repository", path: heads, ref });
  }
  if (await isThere(agent)) orphans.push({ kind: "agent_data", path: agent, ref });
  if (temp !== undefined && (await isOwnDirectory(temp)))
    orphans.push({ kind: "temp_directory", path: temp, ref });
  return orphans;
}

async function inspect(scene: Scene, slug: string, path: string) {
  if (!isKey(slug)) return { commits: 0, uncommitted: false, unreadable: true };
  const mirror = await mirrorOfOrphan(scene, slug);
  return scene.core.git.inspect({ key: slug, path, mirror });
}

async function removeLeftovers(
  scene: Scene,
  slug: string,
  ref: string | undefined,
): Promise<readonly string[] | undefined> {
  const { core } = scene;
  if (ref === undefined && !(await core.sessions.blockSlug(slug))) return undefined;
  const now = { ...scene, sessions: await core.sessions.list(), held: new Set<string>() };
  if (isProtected(now, slug, ref)) return undefined;
  const { agent, temp } = placesOf(scene, slug, ref);
  const kept = isKey(slug) ? await removeGit(scene, slug, ref) : await setAside(scene, slug);
  await removeIn(core.home.agents, agent);
  if (temp !== undefined && core.tempRoot !== undefined && (await isOwnDirectory(temp)))
    await removeIn(core.tempRoot, temp);
  if (ref === undefined) await core.sessions.unblockSlug(slug);
  return kept;
}

async function removeGit(
  scene: Scene,
  slug: string,
  ref: string | undefined,
): Promise<readonly string[]> {
  const { core } = scene;
  const { worktree, repository } = placesOf(scene, slug, ref);
  const mirror = await mirrorOfOrphan(scene, slug);
  const changed = (await timeOf(worktree)) ?? (await timeOf(repository)) ?? scene.now;
  const found = { ref: ref ?? slug, key: slug, path: worktree };
  const kept = await keepFound(core, found, mirror, {
    at: new Date(),
    // A second call, after this one was cut off, makes the same commit.
    committedAt: new Date(Math.min(Math.max(changed, OLDEST), scene.now)),
  });
  await core.git.removeWorktree({ key: slug, path: worktree });
  return kept;
}

const OLDEST = Date.UTC(2000, 0);

/** A name that no session can have: what stands there is nothing of ours, and not ours to delete. */
async function setAside(scene: Scene, slug: string): Promise<readonly string[]> {
  const { home, git } = scene.core;
  const { worktree, repository, heads } = placesOf(scene, slug, undefined);
  const key = `found-${createHash("sha256").update(worktree).digest("hex").slice(0, 8)}`;
  const kept = await git.moveAside({ key, path: worktree, repository });
  await removeIn(home.worktrees, worktree);
  await removeIn(home.private, repository);
  await removeIn(home.private, heads);
  return kept;
}

function placesOf({ core }: Scene, slug: string, ref: string | undefined) {
  const { home, tempRoot } = core;
  return {
    worktree: join(home.worktrees, slug),
    repository: core.git.privatePath(slug),
    heads: join(home.private, `${slug}${HEADS}`),
    agent: join(home.agents, slug),
    temp:
      tempRoot !== undefined && isOurs(ref)
        ? tempIn({ agents: home.agents, tempRoot, slug })
        : undefined,
  };
}

/** Whether a directory name was claimed for a session, and not for a mirror, the base session or the PM agent. */
function isOurs(ref: string | undefined): boolean {
  if (ref === undefined) return false;
  if (ref.startsWith("pm:")) return true;
  try {
    parseRef(ref);
    return true;
  } catch (error) {
    if (error instanceof KugetsuError) return false;
    throw error;
  }
}

async function isOwnDirectory(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat?.isDirectory() === true && stat.uid === process.getuid?.();
}

async function timeOf(path: string): Promise<number | undefined> {
  return (await lstat(path).catch(() => undefined))?.mtimeMs;
}
