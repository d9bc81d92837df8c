import type {
  Account,
  App,
  Attachment,
  Comment,
  Issue,
  Organization,
  Repository,
  Token,
  User,
} from "./records.ts";
import type { Face } from "./sandbox.ts";

type Sequence =
  | "account"
  | "team"
  | "repository"
  | "issue"
  | "pull"
  | "entry"
  | "hook"
  | "label"
  | "review"
  | "reaction"
  | "app"
  | "installation"
  | "attachment";

// Where the ids of GitHub's comments are by now.
const BEYOND_32_BITS = 5_000_000_000;

/** Everything the forge knows, in memory, and who wants to be told when it changes. */
export class ForgeState {
  /** Where it is reached, without a trailing slash; known once it listens. */
  url = "";
  readonly version: string;
  readonly face: Face;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** By lower-case login. */
  readonly accounts = new Map<string, Account>();
  /** By the token itself. */
  readonly tokens = new Map<string, Token>();
  /** By lower-case `owner/name`. */
  readonly repositories = new Map<string, Repository>();
  /** Former lower-case `owner/name`. */
  readonly redirects = new Map<string, Repository>();
  /** By lower-case slug. */
  readonly apps = new Map<string, App>();
  /** By their UUIDs. */
  readonly attachments = new Map<string, Attachment>();
  /** Counts every change. */
  revision = 0;
  readonly #sequences = new Map<Sequence, number>();
  readonly #listeners = new Set<() => void>();

  constructor(options: { version: string; face: Face; now: () => number }) {
    this.face = options.face;
    this.version = options.version;
    this.now = options.now;
  }

  nextId(sequence: Sequence): number {
    const start = this.face === "github" && sequence === "entry" ? BEYOND_32_BITS : 0;
    const id = (this.#sequences.get(sequence) ?? start) + 1;
    this.#sequences.set(sequence, id);
    return id;
  }

  changed(): void {
    this.revision += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Returns the way to stop listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  findUser(login: string): User | undefined {
    const account = this.accounts.get(login.toLowerCase());
    return account?.kind === "user" ? account : undefined;
  }

  user(login: string): User {
    return found(this.findUser(login), `user ${login}`);
  }

  organization(name: string): Organization {
    const account = this.accounts.get(name.toLowerCase());
    return found(account?.kind === "organization" ? account : undefined, `organization ${name}`);
  }

  findRepository(name: string): Repository | undefined {
    return this.repositories.get(name.toLowerCase());
  }

  repository(name: string): Repository {
    const key = name.toLowerCase();
    return found(this.repositories.get(key) ?? this.redirects.get(key), `repository ${name}`);
  }

  issue(name: string, number: number): Issue {
    return found(this.repository(name).issues.get(number), `issue ${name}#${number}`);
  }

  findComment(id: number): Comment | undefined {
    for (const repository of this.repositories.values()) {
      for (const issue of repository.issues.values()) {
        const entry = issue.timeline.find((one) => one.id === id);
        if (entry?.kind === "comment") return entry;
      }
    }
    return undefined;
  }

  comment(id: number): Comment {
    return found(this.findComment(id), `comment ${id}`);
  }
}

export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The sandbox forge has no ${what}.`);
  return value;
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

export function commentsOf(issue: Issue): Comment[] {
  return issue.timeline.filter((entry) => entry.kind === "comment");
}
