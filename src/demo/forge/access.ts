import type { Account, Repository, Token, User } from "./records.ts";

/** 0 none, 1 read, 2 write, 3 admin, 4 owner. */
export type Level = 0 | 1 | 2 | 3 | 4;
export type Unit = "code" | "issues" | "pulls";

const LEVELS = { none: 0, read: 1, triage: 1, write: 2, maintain: 2, admin: 3, owner: 4 } as const;
const NAMES = ["none", "read", "write", "admin", "owner"] as const;

export interface Rights {
  /** What the permission endpoint tells; rights by unit are not in it. */
  readonly mode: Level;
  readonly units: Readonly<Record<Unit, Level>>;
}

/** What somebody, or anybody when undefined, may do with a repository. */
export function rightsOf(user: User | undefined, repository: Repository): Rights {
  let mode: Level = repository.private ? 0 : 1;
  const units: Record<Unit, Level> = { code: mode, issues: mode, pulls: mode };
  if (user !== undefined) {
    mode = higher(mode, personalLevel(user, repository));
    for (const unit of UNITS) units[unit] = higher(mode, teamLevel(user, repository, unit));
  }
  return { mode, units };
}

/** What a request with that token may do: an installation's reaches the repositories of its account alone. */
export function rightsOfToken(token: Token | undefined, repository: Repository): Rights {
  const grant = token?.installation;
  if (grant === undefined) return rightsOf(token?.user, repository);
  const { installation, repositories } = grant;
  const isMeant =
    isInstalledOn(installation, repository) &&
    (repositories === "all" || repositories.has(repository));
  return rightsOf(isMeant ? token?.user : undefined, repository);
}

/** Whether a GitHub App is installed for a repository there. */
export function isInstalledOn(
  installation: {
    readonly account: Account;
    readonly repositories: ReadonlySet<Repository> | "all";
  },
  repository: Repository,
): boolean {
  return (
    installation.account === repository.owner &&
    (installation.repositories === "all" || installation.repositories.has(repository))
  );
}

export function canRead(user: User | undefined, repository: Repository): boolean {
  const rights = rightsOf(user, repository);
  return UNITS.some((unit) => rights.units[unit] > 0);
}

export function levelName(level: Level): (typeof NAMES)[number] {
  return NAMES[level];
}

/**
 * Whom Gitea names as possible assignees: of a personal repository the owner and those with write, of an
 * organization's also members of teams that may only read. Sorted by name for an organization, as captured.
 */
export function assigneesOf(users: Iterable<User>, repository: Repository): User[] {
  const owner = repository.owner;
  if (owner.kind === "user") {
    const writers = [...repository.collaborators].filter(([, access]) => access !== "read");
    return [...writers.map(([user]) => user), owner];
  }
  const members = new Set<User>();
  for (const team of owner.teams) {
    if (sees(team, repository)) for (const user of team.members) members.add(user);
  }
  return [...users]
    .filter(
      (user) => members.has(user) || (repository.collaborators.get(user) ?? "read") !== "read",
    )
    .toSorted((a, b) => (a.login < b.login ? -1 : 1));
}

export function sees(
  team: { readonly repositories: ReadonlySet<string> | "all" },
  repository: Repository,
): boolean {
  return team.repositories === "all" || team.repositories.has(repository.name.toLowerCase());
}

const UNITS = ["code", "issues", "pulls"] as const;

function personalLevel(user: User, repository: Repository): Level {
  if (user.admin || repository.owner === user) return LEVELS.owner;
  let level: Level = LEVELS[repository.collaborators.get(user) ?? "none"];
  const { app } = user;
  if (app?.installations.some((one) => isInstalledOn(one, repository)) === true) {
    level = higher(level, LEVELS.write);
  }
  if (repository.owner.kind === "organization") {
    const { teams, baseAccess } = repository.owner;
    for (const team of teams) {
      if (!team.members.has(user)) continue;
      level = higher(level, LEVELS[baseAccess]);
      if (sees(team, repository)) level = higher(level, LEVELS[team.permission]);
    }
  }
  return level;
}

function teamLevel(user: User, repository: Repository, unit: Unit): Level {
  let level: Level = 0;
  if (repository.owner.kind === "user") return level;
  for (const team of repository.owner.teams) {
    if (!team.members.has(user) || !sees(team, repository)) continue;
    level = higher(level, LEVELS[team.unitsMap.get(`repo.${unit}`) ?? "none"]);
  }
  return level;
}

function higher(a: Level, b: Level): Level {
  return a > b ? a : b;
}
