import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openBox } from "../../../src/kugetsu/box.ts";
import { createGit } from "../../../src/kugetsu/git/git.ts";
import { type Fixture, makeFixture, sh, write } from "./fixture.ts";
import { serveGit } from "./http.ts";

/** A git whose `ssh` is a program that writes down how it was called, and then does what it is asked for here. */
function withSsh(fixture: Fixture, script: string) {
  write(fixture.root, { "bin/ssh": script });
  chmodSync(join(fixture.root, "bin/ssh"), 0o755);
  const { PATH } = process.env;
  const path = [join(fixture.root, "bin"), PATH].join(delimiter);
  const env = { PATH: path, HOME: "/home/op", SSH_AUTH_SOCK: "/run/agent", SSH_ASKPASS: "/x" };
  return createGit({ home: fixture.home, box: openBox, env });
}

/** Where a program lies. */
function which(name: string): string {
  return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
}

describe("the default branch", () => {
  it("is where HEAD points to, else main, else master", async () => {
    using fixture = await makeFixture();
    const { git, url, upstream, person } = fixture;
    expect(await git.defaultBranch({ url })).toBe("main");
    sh(person, "checkout", "-q", "-b", "trunk/ü");
    sh(person, "push", "-q", "origin", "trunk/ü", "main:master");
    expect(await git.defaultBranch({ url: upstream })).toBe("main");
    sh(upstream, "symbolic-ref", "HEAD", "refs/heads/trunk/ü");
    expect(await git.defaultBranch({ url })).toBe("trunk/ü");
    // Detached, and pointing to a branch that does not exist.
    for (const head of [sh(person, "rev-parse", "HEAD"), "ref: refs/heads/gone"]) {
      write(upstream, { HEAD: `${head}\n` });
      expect(await git.defaultBranch({ url })).toBe("main");
    }
    sh(person, "push", "-q", "origin", ":main");
    expect(await git.defaultBranch({ url })).toBe("master");
    sh(person, "push", "-q", "origin", ":master");
    expect(await git.defaultBranch({ url })).toBeUndefined();
  });

  it("is none in an empty repository", async () => {
    using fixture = await makeFixture();
    const empty = join(fixture.root, "empty.git");
    sh(fixture.root, "init", "-q", "--bare", "--initial-branch=trunk", empty);
    expect(await fixture.git.defaultBranch({ url: empty })).toBeUndefined();
  });

  it("is asked without the configuration of whatever repository the home lies in", async () => {
    using fixture = await makeFixture();
    sh(fixture.home, "init", "-q");
    sh(fixture.home, "config", `url.${fixture.root}/none.insteadOf`, fixture.upstream);
    expect(await fixture.git.defaultBranch({ url: fixture.upstream })).toBe("main");
  });

  it("is asked over http with credentials", async () => {
    using fixture = await makeFixture();
    const password = "0123456789abcdef0123456789abcdef01234567";
    await using server = await serveGit(fixture.upstream, password);
    const { url } = server;
    const credentials = { username: "bot", password };
    expect(await fixture.git.defaultBranch({ url, credentials })).toBe("main");
    await expect(fixture.git.defaultBranch({ url })).rejects.toMatchObject({
      code: "unavailable",
      needsOperator: true,
    });
  });

  it("is refused for what is no repository, and no address", async () => {
    using fixture = await makeFixture();
    const { git, root } = fixture;
    await expect(git.defaultBranch({ url: join(root, "none") })).rejects.toMatchObject({
      code: "not_found",
    });
    for (const url of ["ext::sh -c true", "--upload-pack=true", "git://x/y", "-x:y"])
      await expect(git.defaultBranch({ url })).rejects.toMatchObject({ code: "invalid" });
    const signal = AbortSignal.abort();
    await expect(git.defaultBranch({ url: root, signal })).rejects.toThrow("git was stopped");
  });
});

describe("a repository over ssh", () => {
  it("is asked and fetched with the user's ssh agent, without questions", async () => {
    using fixture = await makeFixture();
    const log = join(fixture.root, "ssh.log");
    const git = withSsh(
      fixture,
      `#!/bin/sh
{ printf '%s|' "$@"; echo; env; } >> '${log}'
for last; do :; done
eval "$last"
`,
    );
    const url = `ssh://git@git.example.org:2222${encodeURI(fixture.upstream)}`;
    expect(await git.defaultBranch({ url })).toBe("main");
    const mirror = await git.mirror({ key: "calc", url });
    expect(await mirror.head("main")).toBe(sh(fixture.person, "rev-parse", "main"));
    expect((await git.existing("calc"))?.url).toBe(url);
    const calls = readFileSync(log, "utf8");
    expect(calls).toContain("-oBatchMode=yes|");
    expect(calls).toMatch(/-p\|2222\|git@git\.example\.org\|git-upload-pack /);
    expect(calls).toContain("SSH_AUTH_SOCK=/run/agent\n");
    expect(calls).toContain("HOME=/dev/null\n");
    expect(calls).not.toContain("SSH_ASKPASS");
    expect(await git.defaultBranch({ url: `git@git.example.org:${fixture.upstream}` })).toBe(
      "main",
    );
  });

  it.each([
    ["git@host: Permission denied (publickey).", "forbidden", "refuses this user's ssh key"],
    ["Host key verification failed.", "failed", "does not know the host's key"],
    ["ssh: Could not resolve hostname host", "unavailable", "cannot be reached"],
  ])("tells of %j what it means", async (words, code, message) => {
    using fixture = await makeFixture();
    const git = withSsh(fixture, `#!/bin/sh\necho '${words}' >&2\nexit 255\n`);
    for (const ask of [
      () => git.defaultBranch({ url: "git@host:x" }),
      () => git.mirror({ key: "x", url: "git@host:x" }),
    ])
      await expect(ask()).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    expect(existsSync(join(fixture.home, "mirrors", "x.git"))).toBe(false);
  });

  it("says where there is no ssh", async () => {
    using fixture = await makeFixture();
    const bin = join(fixture.root, "bin");
    write(bin, {
      git: `#!/bin/sh\nexec ${which("git")} "$@"\n`,
      sh: `#!/bin/sh\nexec ${which("sh")} "$@"\n`,
    });
    for (const name of ["git", "sh"]) chmodSync(join(bin, name), 0o755);
    const git = createGit({ home: fixture.home, box: openBox, env: { PATH: bin } });
    await expect(git.defaultBranch({ url: "git@host:x" })).rejects.toThrow(
      "There is no ssh on the PATH.",
    );
  });

  it("is not pushed to", async () => {
    using fixture = await makeFixture();
    const git = withSsh(fixture, "#!/bin/sh\nexit 255\n");
    const mirror = await git.mirror({ key: "calc", url: fixture.url });
    const sha = (await mirror.head("main")) ?? "";
    const pushed = git.push({
      mirror: { ...mirror, url: "git@host:x" },
      sha,
      branch: "fix/issue-14",
    });
    await expect(pushed).rejects.toMatchObject({ code: "failed" });
  });
});
