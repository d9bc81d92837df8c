import type { Head } from "./survey.ts";

/** A branch, or a HEAD, with commits of the agent. */
export interface Found {
  /** undefined for a detached HEAD. */
  readonly name: string | undefined;
  readonly sha: string;
}

export interface Tip {
  readonly sha: string;
  /** Where it was found, when that is not the branch it belongs to; `HEAD` when detached. */
  readonly foundOn: string | undefined;
  /** New commits that are not part of the tip. */
  readonly rest: Found[];
}

export interface TipRequest {
  readonly branch: string;
  readonly since: string;
  readonly head: Head | undefined;
  readonly branches: ReadonlyMap<string, string>;
  /** Commits that nobody but the agent has: neither `since` nor a branch of the forge contains them. */
  readonly fresh: ReadonlySet<string>;
  readonly contains: (ancestor: string, descendant: string) => Promise<boolean>;
}

/**
 * Which commit is the agent's result. First HEAD and the branch it was given: the one that contains the other; when
 * they went apart, the one that continues `since`, else HEAD. Then the one other branch that continues `since`, if
 * there is exactly one. Then a HEAD that was set back on its branch. Else `since`: nothing was done.
 */
export async function chooseTip(request: TipRequest): Promise<Tip> {
  const { branch, since, head, branches, contains } = request;
  const given = branches.get(branch);
  const all: Found[] = [
    ...(head === undefined ? [] : [{ name: head.branch, sha: head.sha }]),
    ...(given === undefined ? [] : [{ name: branch, sha: given }]),
    ...[...branches].filter(([name]) => name !== branch).map(([name, sha]) => ({ name, sha })),
  ];
  const fresh = all.filter(({ sha }) => request.fresh.has(sha));

  const first = fresh.filter(({ name, sha }) => name === branch || sha === head?.sha);
  const chosen = (await better(first, request)) ??
    (await onlyOne(fresh, request)) ??
    // The agent took back what was pushed before: its caller makes a commit of that.
    (head?.branch === branch && !(await contains(since, head.sha))
      ? { name: branch, sha: head.sha }
      : undefined) ?? { name: branch, sha: since };

  const rest: Found[] = [];
  for (const found of fresh) {
    const seen = rest.some(({ sha }) => sha === found.sha);
    if (!seen && !(await contains(found.sha, chosen.sha))) rest.push(found);
  }
  const onBranch = chosen.name === branch || given === chosen.sha || chosen.sha === since;
  return { sha: chosen.sha, foundOn: onBranch ? undefined : (chosen.name ?? "HEAD"), rest };
}

async function better(
  first: readonly Found[],
  { since, contains }: TipRequest,
): Promise<Found | undefined> {
  const [one] = first;
  const other = first.find(({ sha }) => sha !== one?.sha);
  if (one === undefined || other === undefined) return one;
  if (await contains(one.sha, other.sha)) return other;
  if (await contains(other.sha, one.sha)) return one;
  return !(await contains(since, one.sha)) && (await contains(since, other.sha)) ? other : one;
}

async function onlyOne(
  fresh: readonly Found[],
  { since, contains }: TipRequest,
): Promise<Found | undefined> {
  const continuing: Found[] = [];
  for (const found of fresh) if (await contains(since, found.sha)) continuing.push(found);
  // Of branches on top of each other the last one counts.
  for (const found of continuing) {
    const others = continuing.filter(({ sha }) => sha !== found.sha);
    const inside = await Promise.all(others.map(({ sha }) => contains(sha, found.sha)));
    if (inside.every(Boolean)) return found;
  }
  return undefined;
}
