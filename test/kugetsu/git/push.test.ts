import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BRANCH, commitAll, openSession, sh, write } from "./fixture.ts";
import type { Session } from "./fixture.ts";
import { serveGit } from "./http.ts";

const TOKEN = "0123456789abcdef0123456789abcdef01234567";

function refuse(session: Session, script: string): void {
  const hook = join(session.upstream, "hooks", "pre-receive");
  writeFileSync(hook, `#!/bin/sh\n${script}\nexit 1\n`);
  chmodSync(hook, 0o755);
}

async function work(session: Session): Promise<string> {
  write(session.path, { "x.txt": `${Math.random()}\n` });
  commitAll(session.path, "Work");
  return (await session.takeOver()).tip;
}

describe("push", () => {
  it("puts the commit on the forge's branch", async () => {
    using session = await openSession();
    const sha = await work(session);
    expect(await session.git.push({ mirror: session.mirror, sha, branch: BRANCH })).toEqual({
      kind: "pushed",
    });
    expect(sh(session.upstream, "rev-parse", BRANCH)).toBe(sha);
    expect(await session.git.push({ mirror: session.mirror, sha, branch: BRANCH })).toEqual({
      kind: "pushed",
    });
  });

  it("never forces: a branch with other commits has moved, known here or not", async () => {
    using session = await openSession();
    const sha = await work(session);
    sh(session.person, "checkout", "-q", "-b", BRANCH);
    const theirs = commitAll(session.person, "A person's");
    sh(session.person, "push", "-q", "origin", BRANCH);
    const request = { mirror: session.mirror, sha, branch: BRANCH };
    expect(await session.git.push(request)).toEqual({ kind: "moved" });
    await session.git.mirror({ key: "calc", url: session.upstream });
    expect(await session.git.push(request)).toEqual({ kind: "moved" });
    expect(sh(session.upstream, "rev-parse", BRANCH)).toBe(theirs);
  });

  it("gives the forge's own words when it refuses, without control characters and not too long", async () => {
    using session = await openSession();
    const sha = await work(session);
    refuse(
      session,
      String.raw`printf 'Branch is \033[31mprotected\033[0m\007 by rule\n%0600d\n' 7 >&2`,
    );
    const pushed = await session.git.push({ mirror: session.mirror, sha, branch: BRANCH });
    if (pushed.kind !== "refused") throw new Error(pushed.kind);
    expect(pushed.words).toMatch(/^Branch is protected by rule 0+/);
    expect(pushed.words.length).toBeLessThanOrEqual(500);
    expect(pushed.words).not.toContain(session.upstream);
  });

  it("leaves out the log that a server writes among its words", async () => {
    using session = await openSession();
    const sha = await work(session);
    refuse(
      session,
      "printf '2026/11/23 18:00:00 router.go:12: slow request\\nBranch fix is protected\\nVisit http://127.0.0.1/new\\nPlease ask Ann\\n' >&2",
    );
    const pushed = await session.git.push({ mirror: session.mirror, sha, branch: BRANCH });
    if (pushed.kind !== "refused") throw new Error(pushed.kind);
    expect(pushed.words).toContain("Branch fix is protected");
    expect(pushed.words).toContain("pre-receive hook declined");
    expect(pushed.words).not.toMatch(/router/);
  });

  it("gives all words where none of them says why", async () => {
    using session = await openSession();
    await using server = await serveGit(session.upstream, TOKEN);
    const right = { username: "bot", password: TOKEN };
    const mirror = await session.git.mirror({ key: "calc", url: server.url, credentials: right });
    server.fail(404);
    const request = { mirror, sha: session.since, branch: BRANCH, credentials: right };
    expect(await session.git.push(request)).toEqual({
      kind: "refused",
      words: "There is no such repository for git.",
    });
  });

  it("refuses branches that are options or no branches", async () => {
    using session = await openSession();
    for (const branch of ["--delete", "-f", "a:b", "a b", "refs/../x"]) {
      const attempt = session.git.push({ mirror: session.mirror, sha: session.since, branch });
      await expect(attempt).rejects.toMatchObject({ code: "invalid" });
    }
  });

  it("does not take a plus in front of a branch's name for force", async () => {
    using session = await openSession();
    await session.git.push({ mirror: session.mirror, sha: session.since, branch: "+x" });
    expect(sh(session.upstream, "rev-parse", "refs/heads/+x")).toBe(session.since);
  });

  it("pushes over HTTP with credentials, and never repeats them", async () => {
    using session = await openSession();
    await using server = await serveGit(session.upstream, TOKEN);
    const credentials = { username: "bot", password: TOKEN };
    const mirror = await session.git.mirror({ key: "calc", url: server.url, credentials });
    const sha = await work(session);
    expect(await session.git.push({ mirror, sha, branch: BRANCH, credentials })).toEqual({
      kind: "pushed",
    });
    expect(sh(session.upstream, "rev-parse", BRANCH)).toBe(sha);
    refuse(session, `echo "token ${TOKEN} may not" >&2`);
    const more = await work(session);
    expect(await session.git.push({ mirror, sha: more, branch: BRANCH, credentials })).toEqual({
      kind: "refused",
      words: "token *** may not [remote rejected] (pre-receive hook declined)",
    });
  });

  it("is unavailable with wrong credentials, and when the server fails", async () => {
    using session = await openSession();
    await using server = await serveGit(session.upstream, TOKEN);
    const right = { username: "bot", password: TOKEN };
    const mirror = await session.git.mirror({ key: "calc", url: server.url, credentials: right });
    const request = { mirror, sha: session.since, branch: BRANCH };
    const wrong = { username: "bot", password: "wrong" };
    await expect(session.git.push({ ...request, credentials: wrong })).rejects.toMatchObject({
      code: "unavailable",
      needsOperator: true,
    });
    server.fail(502);
    await expect(session.git.push({ ...request, credentials: right })).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  it("refuses credentials with a line break in them", async () => {
    using session = await openSession();
    await using server = await serveGit(session.upstream, TOKEN);
    const credentials = { username: "bot", password: "x\nhost=evil" };
    await expect(
      session.git.mirror({ key: "calc", url: server.url, credentials }),
    ).rejects.toMatchObject({ code: "invalid" });
    expect(server.seen).toEqual([]);
  });
});
