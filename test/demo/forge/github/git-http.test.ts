import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { App, Octokit } from "octokit";
import { REPOSITORY, startGitHub, type World } from "./world.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "github-git-"));
});

afterEach(async () => rm(home, { recursive: true, force: true }));

async function git(...args: string[]) {
  return execa("git", ["-c", "user.name=walter", "-c", "user.email=walter@example.org", ...args], {
    cwd: home,
    reject: false,
    env: {
      HOME: home,
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
    },
  });
}

test("an installation pushes as its bot, a person with a token, and a reader not at all", async () => {
  await using world = await startGitHub();
  const { forge } = world;
  const address = (user: string, token: string) =>
    `http://${user}:${token}@${forge.host}/${REPOSITORY}.git`;
  const push = async (to: string, branch: string) => {
    const { exitCode, stderr } = await git("-C", "clone", "push", to, `HEAD:refs/heads/${branch}`);
    return `${exitCode} ${stderr}`;
  };
  const installation = await installationToken(world);
  expect(
    (await git("clone", "-q", address("x-access-token", installation), "clone")).exitCode,
  ).toBe(0);
  await writeFile(join(home, "clone/new.txt"), "new\n");
  await git("-C", "clone", "add", "-A");
  await git("-C", "clone", "commit", "-q", "-m", "New");
  expect(await push(address("x-access-token", installation), "fix/a")).toMatch(/^0 /);
  expect(await push(address("walter", world.tokens["walter"] ?? ""), "fix/b")).toMatch(/^0 /);
  expect(await push(address("rita", world.tokens["rita"] ?? ""), "fix/c")).toMatch(
    /^128 .*Permission to olivia\/shop\.git denied to rita\./s,
  );
  expect(await push(address("walter", "ghp_wrong"), "fix/c")).toMatch(
    /^128 .*Authentication failed/s,
  );
  forge.protect(REPOSITORY, "main");
  expect(await push(address("walter", world.tokens["walter"] ?? ""), "main")).toMatch(
    /^1 .*GH006: Protected branch update failed for refs\/heads\/main\./s,
  );
  expect([...forge.branches(REPOSITORY).keys()].toSorted()).toEqual(["fix/a", "fix/b", "main"]);
  const pushes = forge.requests.filter(
    ({ method, path }) => method === "POST" && path.endsWith("git-receive-pack"),
  );
  expect(pushes.map(({ login }) => login)).toEqual(["kugetsu[bot]", "walter", "walter"]);
  forge.uninstallApp("kugetsu", "olivia");
  expect(await push(address("x-access-token", installation), "fix/d")).toMatch(/^128 /);
});

/** As an App gets it: by a signed request, through GitHub's own client. */
async function installationToken(world: World): Promise<string> {
  const { forge } = world;
  const { id: appId, privateKey } = forge.addApp({ slug: "kugetsu", owner: "olivia" });
  const { id } = forge.installApp("kugetsu", "olivia");
  const { octokit } = new App({
    appId,
    privateKey,
    Octokit: Octokit.defaults({ baseUrl: `${forge.url}/api/v3`, throttle: { enabled: false } }),
  });
  const { data } = await octokit.rest.apps.createInstallationAccessToken({ installation_id: id });
  return data.token;
}
