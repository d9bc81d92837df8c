import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

const CAPTURED = new URL("../../fixtures/gitea-1.26/push-to-protected-branch.txt", import.meta.url);

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "forge-git-"));
});

afterEach(async () => rm(home, { recursive: true, force: true }));

/** Runs git as an outsider would, with nothing of this machine's configuration. */
async function git(...args: string[]) {
  return execa("git", args, {
    cwd: home,
    reject: false,
    env: {
      HOME: home,
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      GIT_AUTHOR_NAME: "walter",
      GIT_AUTHOR_EMAIL: "walter@example.org",
      GIT_COMMITTER_NAME: "walter",
      GIT_COMMITTER_EMAIL: "walter@example.org",
    },
  });
}

function address(world: World, repository: string, token?: string): string {
  const credential = token === undefined ? "" : `anyone:${token}@`;
  return `http://${credential}${world.forge.host}/${repository}.git`;
}

async function commitInClone(): Promise<void> {
  await writeFile(join(home, "clone/new.txt"), "new\n");
  await git("-C", "clone", "add", "-A");
  const done = await git("-C", "clone", "commit", "-q", "-m", "New");
  expect(done.exitCode).toBe(0);
}

/** Pushes from the clone; what git says is the answer. */
const push = (to: string, refspec: string, ...options: string[]) =>
  git("-C", "clone", "push", ...options, to, refspec);

test("anybody clones a public repository, and a writer pushes a branch that the forge knows at once", async () => {
  await using world = await startWorld();
  expect((await git("clone", "-q", address(world, "olivia/shop"), "clone")).exitCode).toBe(0);
  expect(await readFile(join(home, "clone/README.md"), "utf8")).toBe("# Shop\n");
  await commitInClone();
  const pushed = await push(
    address(world, "olivia/shop", world.tokens["walter"]),
    "HEAD:refs/heads/fix/a",
    "-q",
  );
  expect(pushed.stderr).toBe("");
  const head = await git("-C", "clone", "rev-parse", "HEAD");
  expect(world.forge.branches("olivia/shop").get("fix/a")).toBe(head.stdout);
  expect(await world.forge.file("olivia/shop", "fix/a", "new.txt")).toBe("new\n");
  const branch = await world.ask("bot", "GET", "/api/v1/repos/olivia/shop/branches/fix%2Fa");
  expect(branch.body).toMatchObject({
    name: "fix/a",
    commit: { id: head.stdout, author: { username: "walter" } },
  });
  const logins = world.forge.requests
    .filter((one) => one.path.includes("git-receive-pack"))
    .map((one) => one.login);
  expect(logins).toContain("walter");
});

test("a push without a credential or with a wrong one is 401", async () => {
  await using world = await startWorld();
  await git("clone", "-q", address(world, "olivia/shop"), "clone");
  await commitInClone();
  const none = await push(address(world, "olivia/shop"), "HEAD:refs/heads/a");
  expect(none.stderr).toContain("could not read Username");
  const wrong = await push(address(world, "olivia/shop", "0".repeat(40)), "HEAD:refs/heads/a");
  expect(wrong.stderr).toContain("Authentication failed");
  expect(world.forge.branches("olivia/shop").has("a")).toBe(false);
  const answer = await fetch(
    `${world.forge.url}/olivia/shop.git/info/refs?service=git-receive-pack`,
  );
  expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
    401,
    'Basic realm="Gitea"',
  ]);
});

test("a push without the right to write, or without the scope, is refused", async () => {
  await using world = await startWorld();
  await git("clone", "-q", address(world, "olivia/shop"), "clone");
  await commitInClone();
  const reader = await push(
    address(world, "olivia/shop", world.tokens["rita"]),
    "HEAD:refs/heads/a",
  );
  expect(reader.stderr).toContain("User permission denied for writing.");
  const narrow = await push(
    address(world, "olivia/shop", world.tokens["narrow"]),
    "HEAD:refs/heads/a",
  );
  expect(narrow.stderr).toContain("403");
  expect(world.forge.branches("olivia/shop").size).toBe(1);
});

test("a private repository is not there for those without access", async () => {
  await using world = await startWorld();
  const anonymous = await git("clone", "-q", address(world, "olivia/vault"), "a");
  expect(anonymous.stderr).toContain("could not read Username");
  const stranger = await git(
    "clone",
    "-q",
    address(world, "olivia/vault", world.tokens["bot"]),
    "b",
  );
  expect(stranger.stderr).toContain("not found");
  const owner = await git(
    "clone",
    "-q",
    address(world, "olivia/vault", world.tokens["olivia"]),
    "c",
  );
  expect(owner.exitCode).toBe(0);
});

test("a push to a protected branch is refused in Gitea's words", async () => {
  await using world = await startWorld();
  world.forge.protect("olivia/shop", "main");
  await git("clone", "-q", address(world, "olivia/shop"), "clone");
  await commitInClone();
  const pushed = await push(
    address(world, "olivia/shop", world.tokens["walter"]),
    "HEAD:refs/heads/main",
    "-q",
  );
  const captured = await readFile(CAPTURED, "utf8");
  expect(lines(pushed.stderr)).toEqual(lines(captured));
  expect(pushed.exitCode).toBe(1);
  const branch = await world.ask("bot", "GET", "/api/v1/repos/olivia/shop/branches/main");
  expect(branch.body).toMatchObject({ protected: true, user_can_push: false });
});

test("a former name leads git to the repository", async () => {
  await using world = await startWorld();
  world.forge.rename("olivia/shop", "store");
  const cloned = await git("clone", "-q", address(world, "olivia/shop"), "clone");
  expect(cloned.exitCode).toBe(0);
});

test("a push of more than git keeps in memory arrives whole", async () => {
  await using world = await startWorld();
  await git("clone", "-q", address(world, "olivia/shop"), "clone");
  // Above http.postBuffer (1 MiB) git sends the pack in chunks, without a length.
  for (let part = 0; part < 40; part += 1) {
    await writeFile(
      join(home, `clone/random-${part}.bin`),
      crypto.getRandomValues(new Uint8Array(65_536)),
    );
  }
  await commitInClone();
  const pushed = await push(
    address(world, "olivia/shop", world.tokens["walter"]),
    "HEAD:refs/heads/big",
    "-q",
  );
  expect(pushed.stderr).toBe("");
  expect(world.forge.branches("olivia/shop").has("big")).toBe(true);
});

function lines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("remote:") || line.startsWith(" ! "))
    .map((line) => line.replace(/^( ! .*\]) .* -> /, "$1 -> ").trimEnd());
}
