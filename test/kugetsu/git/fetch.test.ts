import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openBox } from "../../../src/kugetsu/box.ts";
import { createGit } from "../../../src/kugetsu/git/git.ts";
import { commitAll, makeFixture, sh, write } from "./fixture.ts";
import { serveGit } from "./http.ts";

const TOKEN = "0123456789abcdef0123456789abcdef01234567";

describe("mirror", () => {
  it("is made once and brought up to date afterwards", async () => {
    using fixture = await makeFixture();
    const first = await fixture.git.mirror({ key: "calc", url: fixture.url });
    expect([...(await first.heads())].map(([name]) => name)).toEqual(["main"]);
    sh(fixture.person, "checkout", "-q", "-b", "feature/ü");
    const sha = commitAll(fixture.person, "More");
    sh(fixture.person, "tag", "v1");
    sh(fixture.person, "push", "-q", "--tags", "origin", "feature/ü");
    const second = await fixture.git.mirror({ key: "calc", url: fixture.url });
    expect(await second.head("feature/ü")).toBe(sha);
    expect(await second.head("none")).toBeUndefined();
    expect(sh(second.path, "rev-parse", "refs/tags/v1")).toBe(sha);
    expect(await fixture.git.existing("calc")).toMatchObject({
      path: second.path,
      url: fixture.url,
    });
    expect(await fixture.git.existing("other")).toBeUndefined();
  });

  it("forgets branches that are gone there, and never its own refs nor any object", async () => {
    using fixture = await makeFixture();
    sh(fixture.person, "checkout", "-q", "-b", "gone");
    const sha = commitAll(fixture.person, "Gone");
    sh(fixture.person, "push", "-q", "origin", "gone");
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    const name = await fixture.git.keep(mirror, { ref: "h/o/r#1", sha, at: new Date(0) });
    sh(fixture.person, "push", "-q", "origin", ":gone");
    sh(fixture.person, "push", "-q", "-f", "origin", "gone:main");
    const again = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    expect([...(await again.heads())]).toEqual([["main", sha]]);
    expect(sh(mirror.path, "rev-parse", name)).toBe(sha);
    expect(() => sh(mirror.path, "prune")).toThrow(/precious/);
  });

  it("takes an empty repository", async () => {
    using fixture = await makeFixture();
    const empty = join(fixture.root, "empty.git");
    sh(fixture.root, "init", "-q", "--bare", empty);
    const mirror = await fixture.git.mirror({ key: "empty", url: empty });
    expect((await mirror.heads()).size).toBe(0);
  });

  it("reads a text file of a commit, cut at a character, and nothing that is no regular file", async () => {
    using fixture = await makeFixture({
      files: { "AGENTS.md": "aü".repeat(40_000), "dir/x": "inner\n", "[a]": "odd\n" },
    });
    execFileSync("ln", ["-s", "AGENTS.md", join(fixture.person, "link")]);
    const sha = commitAll(fixture.person, "Link");
    sh(fixture.person, "push", "-q", "origin", "main");
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    expect(await mirror.read(sha, "AGENTS.md", 5)).toBe("aüa");
    expect((await mirror.read(sha, "AGENTS.md", 1_000_000))?.length).toBe(80_000);
    expect(await mirror.read(sha, "[a]", 100)).toBe("odd\n");
    expect(await mirror.read(sha, "dir/x", 100)).toBe("inner\n");
    for (const path of ["link", "dir", "none", "*.md", "dir/"]) {
      expect(await mirror.read(sha, path, 100)).toBeUndefined();
    }
  });

  it("knows ancestors", async () => {
    using fixture = await makeFixture();
    const base = sh(fixture.person, "rev-parse", "HEAD");
    const one = commitAll(fixture.person, "One");
    sh(fixture.person, "checkout", "-q", "-b", "b", base);
    const two = commitAll(fixture.person, "Two");
    sh(fixture.person, "push", "-q", "origin", "main", "b");
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    expect(await mirror.contains(base, one)).toBe(true);
    expect(await mirror.contains(one, one)).toBe(true);
    expect(await mirror.contains(one, base)).toBe(false);
    expect(await mirror.contains(one, two)).toBe(false);
    await expect(mirror.contains("--all", one)).rejects.toMatchObject({ code: "invalid" });
  });

  it("is safe against a second process that makes and fetches it at the same time", async () => {
    using fixture = await makeFixture();
    const other = createGit({ home: fixture.home, box: openBox, env: process.env });
    for (let round = 0; round < 3; round += 1) {
      sh(fixture.person, "checkout", "-q", "-b", `b${round}`);
      const sha = commitAll(fixture.person, `Round ${round}`);
      sh(fixture.person, "push", "-q", "origin", `b${round}`);
      const script = `import { createGit } from ${JSON.stringify(join(process.cwd(), "src/kugetsu/git/git.ts"))};
        const git = createGit({ home: ${JSON.stringify(fixture.home)}, box: (command) => command, env: process.env });
        await git.mirror({ key: "calc", url: ${JSON.stringify(fixture.upstream)} });`;
      const child = import("node:child_process").then(({ spawn }) =>
        once(
          spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
            stdio: "ignore",
          }),
          "exit",
        ),
      );
      const request = { key: "calc", url: fixture.upstream };
      const [mirror, second, [code]] = await Promise.all([
        fixture.git.mirror(request),
        other.mirror(request),
        child,
      ]);
      expect(code).toBe(0);
      expect(await mirror.head(`b${round}`)).toBe(sha);
      expect(await second.head(`b${round}`)).toBe(sha);
    }
    expect(readdirSync(join(fixture.home, "mirrors"))).toEqual(["calc.git"]);
  });

  it("gets over a lock that a killed git left behind", async () => {
    using fixture = await makeFixture();
    const mirror = await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    const sha = commitAll(fixture.person, "More");
    sh(fixture.person, "push", "-q", "origin", "main");
    const lock = join(mirror.path, "refs", "heads", "main.lock");
    writeFileSync(lock, "");
    utimesSync(lock, new Date(0), new Date(0));
    await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    expect(await mirror.head("main")).toBe(sha);
    expect(existsSync(lock)).toBe(false);
  });

  it("removes what killed processes left in its temporary directory", async () => {
    using fixture = await makeFixture();
    const left = join(fixture.home, "tmp", "git-4194304-x");
    mkdirSync(left, { recursive: true });
    await fixture.git.mirror({ key: "calc", url: fixture.upstream });
    expect(existsSync(left)).toBe(false);
  });

  it.each([
    "ext::sh -c whoami",
    "ssh://git:word@host/x",
    "ssh://-oProxyCommand=true/x",
    "git@host:-x",
    "git://host/x",
    "-u",
    "--upload-pack=x",
    "https://user:pass@host/x",
    "http://user@host/x",
    "file:x",
    "x.git",
    "https://host/\nx",
  ])("does not let git have the address %j", async (url) => {
    using fixture = await makeFixture();
    await expect(fixture.git.mirror({ key: "calc", url })).rejects.toMatchObject({
      code: "invalid",
    });
  });

  it("says when there is no such repository, and makes no mirror then", async () => {
    using fixture = await makeFixture();
    const url = join(fixture.root, "none.git");
    await expect(fixture.git.mirror({ key: "calc", url })).rejects.toMatchObject({
      code: "not_found",
    });
    expect(await fixture.git.existing("calc")).toBeUndefined();
    expect(readdirSync(join(fixture.home, "tmp"))).toEqual([]);
  });
});

describe("mirror over HTTP", () => {
  it("fetches with credentials that stand in no command line, configuration or file", async () => {
    using fixture = await makeFixture();
    await using server = await serveGit(fixture.upstream, TOKEN);
    // A git on the PATH that notes its command line, and that of every helper it starts.
    const bin = join(fixture.root, "bin");
    const log = join(fixture.root, "argv");
    mkdirSync(bin);
    const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    writeFileSync(
      join(bin, "git"),
      `#!/bin/sh\nprintf '%s ' "$@" >> '${log}'\nexport GIT_TRACE='${log}'\nexec '${real}' "$@"\n`,
    );
    chmodSync(join(bin, "git"), 0o755);
    const env = { ...process.env, PATH: [bin, process.env["PATH"]].join(delimiter) };
    const git = createGit({ home: fixture.home, box: openBox, env });
    const credentials = { username: "bot", password: TOKEN };
    const mirror = await git.mirror({ key: "calc", url: server.url, credentials });
    expect(await mirror.head("main")).toBe(sh(fixture.person, "rev-parse", "main"));
    expect(server.seen.some(({ authorization }) => authorization !== undefined)).toBe(true);
    const words = readFileSync(log, "utf8");
    expect(words).toContain("remote-http");
    expect(words).toContain("KUGETSU_GIT_PASSWORD");
    expect(words).not.toContain(TOKEN);
    expect(() => execFileSync("grep", ["-r", TOKEN, fixture.home])).toThrow(/Command failed/);
  });

  it("gives the credentials to no other host than the address names", async () => {
    using fixture = await makeFixture();
    await using forge = await serveGit(fixture.upstream, TOKEN);
    await using other = await serveGit(fixture.upstream, TOKEN);
    const redirecting = createRedirect(other.url);
    await using server = await redirecting;
    const credentials = { username: "bot", password: TOKEN };
    await expect(
      fixture.git.mirror({ key: "calc", url: server.url, credentials }),
    ).rejects.toMatchObject({ code: "unavailable" });
    expect(other.seen.length).toBeGreaterThan(0);
    expect(other.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
    expect(forge.seen).toEqual([]);
  });

  it.each([
    ["wrong credentials", { username: "bot", password: "wrong" }],
    ["no credentials", undefined],
  ])("waits for the operator with %s", async (_, credentials) => {
    using fixture = await makeFixture();
    await using server = await serveGit(fixture.upstream, TOKEN);
    await expect(
      fixture.git.mirror({ key: "calc", url: server.url, credentials }),
    ).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("401"),
    });
  });

  it.each([
    [403, "forbidden"],
    [404, "not_found"],
    [429, "unavailable"],
    [500, "unavailable"],
    [503, "unavailable"],
  ])("tells what a status of %i means", async (status, code) => {
    using fixture = await makeFixture();
    await using server = await serveGit(fixture.upstream, TOKEN);
    server.fail(status);
    const credentials = { username: "bot", password: TOKEN };
    await expect(
      fixture.git.mirror({ key: "calc", url: server.url, credentials }),
    ).rejects.toMatchObject({ code });
  });

  it("is unavailable where nothing listens", async () => {
    using fixture = await makeFixture();
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const url = `http://127.0.0.1:${port}/calc.git`;
    await expect(fixture.git.mirror({ key: "calc", url })).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  it("stops waiting for a server that never answers when it is told to", async () => {
    using fixture = await makeFixture();
    const server = createServer((socket) => {
      // Read on, or the end of the connection is never seen: it ends with the last process of git.
      socket.resume();
      stop.abort();
    }).listen(0, "127.0.0.1");
    const stop = new AbortController();
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/calc.git`;
    await expect(
      fixture.git.mirror({ key: "calc", url, signal: stop.signal }),
    ).rejects.toMatchObject({
      code: "unavailable",
      message: "git was stopped.",
    });
    server.close();
    await once(server, "close");
  });
});

async function createRedirect(to: string) {
  const { createServer: createHttp } = await import("node:http");
  const target = new URL(to);
  const server = createHttp((request, response) => {
    const location = `${target.origin}${request.url ?? ""}`.replace("/from.git", target.pathname);
    response.writeHead(302, { location }).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/from.git`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

it("writes nothing outside of its home", async () => {
  using fixture = await makeFixture();
  write(fixture.home, { marker: "x" });
  await fixture.git.mirror({ key: "calc", url: fixture.upstream });
  expect(readdirSync(fixture.home).toSorted()).toEqual(["marker", "mirrors", "tmp"]);
  await expect(fixture.git.mirror({ key: "../x", url: fixture.upstream })).rejects.toMatchObject({
    code: "invalid",
  });
});
