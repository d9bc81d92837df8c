import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openBox } from "../../../src/kugetsu/box.ts";
import type { Box } from "../../../src/kugetsu/box.ts";
import { createGit } from "../../../src/kugetsu/git/git.ts";
import type { Git } from "../../../src/kugetsu/git/git.ts";
import type { Mirror } from "../../../src/kugetsu/git/mirror.ts";
import type { TakeOverRequest } from "../../../src/kugetsu/git/takeover.ts";

export const REF = "git.example.com:3000/ann/calc#14";
export const BRANCH = "fix/issue-14";

/** The environment of an agent: its git identity and nothing of the machine's configuration. */
export const AGENT_ENV: Record<string, string> = {
  PATH: process.env["PATH"] ?? "",
  GIT_AUTHOR_NAME: "Agent",
  GIT_AUTHOR_EMAIL: "agent@example.com",
  GIT_COMMITTER_NAME: "Agent",
  GIT_COMMITTER_EMAIL: "agent@example.com",
};

const TEST_ENV = {
  ...AGENT_ENV,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  HOME: "/dev/null",
  LC_ALL: "C",
};

/** Runs git as an agent or a person would, and returns its words. */
export function sh(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, {
    cwd,
    env: TEST_ENV,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

export function shInput(cwd: string, input: Buffer | string, ...args: string[]): string {
  return execFileSync("git", args, {
    cwd,
    env: TEST_ENV,
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  }).trim();
}

export function write(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

export function commitAll(cwd: string, message: string): string {
  sh(cwd, "add", "-A");
  sh(cwd, "commit", "-q", "--allow-empty", "-m", message);
  return sh(cwd, "rev-parse", "HEAD");
}

/** A forge's repository, a person's clone of it, and a home for kugetsu, in a directory with an awkward name. */
export interface Fixture extends Disposable {
  readonly root: string;
  readonly home: string;
  /** The bare repository that stands for the forge. */
  readonly upstream: string;
  /** A person's clone of it. */
  readonly person: string;
  readonly git: Git;
  readonly url: string;
}

export async function makeFixture(
  options: { files?: Record<string, string>; box?: Box; boxedMs?: number } = {},
): Promise<Fixture> {
  const root = await mkdtemp(join(tmpdir(), "kugetsu git ü-"));
  const home = join(root, "home");
  const upstream = join(root, "forge ä.git");
  const person = join(root, "person");
  mkdirSync(home);
  sh(root, "init", "-q", "--bare", "--initial-branch=main", upstream);
  sh(root, "clone", "-q", upstream, person);
  sh(person, "checkout", "-q", "-b", "main");
  write(
    person,
    options.files ?? {
      "calc.js": "export const add = (a, b) => a - b;\n",
      "AGENTS.md": "Be kind.\n",
    },
  );
  commitAll(person, "Begin");
  sh(person, "push", "-q", "origin", "main");
  const git = createGit({
    home,
    box: options.box ?? openBox,
    env: process.env,
    identity: { name: "Kugetsu", email: "bot@example.com" },
    ...(options.boxedMs === undefined ? {} : { boxedMs: options.boxedMs }),
  });
  return {
    root,
    home,
    upstream,
    person,
    git,
    url: `file://${encodeURI(upstream)}`,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A fixture with a worktree that an agent could work in. */
export interface Session extends Fixture {
  readonly mirror: Mirror;
  readonly path: string;
  readonly privateRepository: string;
  readonly since: string;
  readonly key: string;
  takeOver(change?: Partial<TakeOverRequest>): ReturnType<Git["takeOver"]>;
}

export async function openSession(
  options: Parameters<typeof makeFixture>[0] = {},
): Promise<Session> {
  const fixture = await makeFixture(options);
  const { git, home } = fixture;
  const key = "git.example.com-3000-ann-calc-14";
  const mirror = await git.mirror({ key: "calc", url: fixture.upstream });
  const since = (await mirror.head("main")) ?? "";
  const path = join(home, "worktrees", key);
  await git.openWorktree({ mirror, key, path, branch: BRANCH, at: since, env: AGENT_ENV });
  const request = {
    mirror,
    key,
    path,
    branch: BRANCH,
    since,
    ref: REF,
    env: AGENT_ENV,
    subject: "Work",
    requestedBy: "ann",
  };
  return {
    ...fixture,
    mirror,
    path,
    key,
    since,
    privateRepository: join(home, "private", `${key}.git`),
    takeOver: (change = {}) => git.takeOver({ ...request, ...change }),
  };
}
