import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseRef } from "../../../src/kugetsu/ref.ts";
import { BRANCH, REF, sh } from "../git/fixture.ts";
import { type Desk, openDesk } from "./core.ts";

const WORKFLOW = { ".github/workflows/ci.yml": "on: push\n" };

/** Lets the forge run a script before it takes a push. */
function beforePush({ fixture }: Desk, script: string): void {
  const hook = join(fixture.upstream, "hooks", "pre-receive");
  writeFileSync(hook, `#!/bin/sh\n${script}\n`);
  chmodSync(hook, 0o755);
}

describe("nothing is pushed", () => {
  test("without a session", async () => {
    await using desk = await openDesk();
    await expect(desk.publish()).rejects.toMatchObject({ code: "not_found" });
  });

  test("without a commit", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    expect(await desk.publish()).toEqual({ kind: "nothing" });
    expect(desk.remote(BRANCH)).toBeUndefined();
  });

  test("when the base branch has all of it, by now", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    sh(desk.fixture.upstream, "fetch", "-q", (await desk.fetch()).path, `${tip}:refs/heads/main`);
    expect(await desk.publish()).toEqual({ kind: "nothing" });
  });

  test("of a merge whose conflicts are not resolved; it is kept", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "calc.js": "ours\n" });
    await desk.core.sessions.patch(REF, { unresolved: ["calc.js"] });
    expect(await desk.publish()).toMatchObject({ kind: "unresolved", paths: ["calc.js"] });
    expect(await desk.kept()).toEqual([{ ref: REF, sha: tip }]);
    expect(desk.remote(BRANCH)).toBeUndefined();
  });

  test("of a change to CI files; it is kept", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ ...WORKFLOW, "calc.js": "1\n" });
    expect(await desk.publish()).toEqual({
      kind: "protected",
      paths: [".github/workflows/ci.yml"],
      kept: expect.stringMatching(/^refs\/kugetsu\/kept\//) as string,
    });
    expect(await desk.kept()).toEqual([{ ref: REF, sha: tip }]);
    expect(desk.remote(BRANCH)).toBeUndefined();
    expect(await desk.session()).toMatchObject({ pushedSha: undefined });
  });

  test("that the forge refuses; it is kept, with the forge's words", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    beforePush(desk, "echo 'Not on a Sunday.' >&2; exit 1");
    const published = await desk.publish();
    expect(published).toMatchObject({ kind: "refused" });
    expect(published.kind === "refused" && published.words).toContain("Not on a Sunday.");
    expect(await desk.kept()).toEqual([{ ref: REF, sha: tip }]);
  });

  test("while the forge cannot be reached", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    const gone = { url: "http://127.0.0.1:1/a.git", credentials: undefined };
    await expect(desk.publish({ source: gone })).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("commits are pushed", () => {
  test("to the session's branch, and once", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    const pushed = { kind: "pushed", branch: BRANCH, sha, merged: false };
    expect(await desk.publish()).toEqual(pushed);
    expect(desk.remote(BRANCH)).toBe(sha);
    expect(await desk.session()).toMatchObject({ branch: BRANCH, tip: sha, pushedSha: sha });
    beforePush(desk, "exit 1");
    expect(await desk.publish()).toEqual(pushed);
  });

  test("also when an earlier life pushed them and was killed before it wrote that down", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    await desk.publish();
    await desk.core.sessions.patch(REF, { pushedSha: undefined });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", sha });
    expect(await desk.session()).toMatchObject({ pushedSha: sha });
  });

  test("with what people pushed meanwhile merged in", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const ours = await desk.work({ "ours.txt": "ours\n" });
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    const published = await desk.publish();
    expect(published).toMatchObject({ kind: "pushed", branch: BRANCH, merged: true });
    expect(sh(desk.fixture.upstream, "log", "-1", "--format=%P", BRANCH)).toBe(`${ours} ${theirs}`);
    expect(await desk.session()).toMatchObject({ tip: desk.remote(BRANCH) });
  });

  test("with what people pushed between our fetch and our push", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const ours = await desk.work({ "ours.txt": "ours\n" });
    desk.push("elsewhere", { "theirs.txt": "theirs\n" });
    const theirs = desk.remote("elsewhere");
    // Somebody's push comes first, the moment that ours is on its way.
    beforePush(
      desk,
      `rm "$0"; unset GIT_QUARANTINE_PATH; git update-ref refs/heads/${BRANCH} ${theirs}`,
    );
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: BRANCH, merged: true });
    expect(sh(desk.fixture.upstream, "log", "-1", "--format=%P", BRANCH)).toBe(`${ours} ${theirs}`);
  });

  test("to the next free branch when they conflict with what people pushed", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "calc.js": "ours\n" });
    const theirs = desk.push(BRANCH, { "calc.js": "theirs\n" });
    desk.push(`${BRANCH}-2`, { "taken.txt": "taken\n" });
    expect(await desk.publish()).toEqual({
      kind: "pushed",
      branch: `${BRANCH}-3`,
      sha,
      merged: false,
    });
    expect(desk.remote(BRANCH)).toBe(theirs);
    expect(desk.remote(`${BRANCH}-3`)).toBe(sha);
    expect(await desk.session()).toMatchObject({ branch: `${BRANCH}-3`, pushedSha: sha });
  });

  test("from the second branch on to the third", async () => {
    await using desk = await openDesk();
    await desk.prepare({ branch: `${BRANCH}-2` });
    await desk.work({ "calc.js": "ours\n" });
    desk.push(`${BRANCH}-2`, { "calc.js": "theirs\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: `${BRANCH}-3` });
  });

  test("of a discussion to its own next branch", async () => {
    await using desk = await openDesk();
    const branch = "fix/issue--discuss";
    const ref = parseRef("git.example.com:3000/ann/calc#-discuss");
    await desk.prepare({ branch });
    await desk.work({ "calc.js": "ours\n" });
    const { ref: _, ...session } = await desk.session();
    await desk.core.sessions.put({ ...session, ref: "git.example.com:3000/ann/calc#-discuss" });
    desk.push(branch, { "calc.js": "theirs\n" });
    expect(await desk.publish({ ref })).toMatchObject({ branch: `${branch}-2` });
  });

  test("with changed CI files where the operator allows them", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work(WORKFLOW);
    expect(await desk.publish({ allowCi: true })).toMatchObject({ kind: "pushed", sha });
    expect(desk.remote(BRANCH)).toBe(sha);
  });

  test("with CI files that people changed on the base or on the branch", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    desk.push("main", WORKFLOW);
    desk.push(BRANCH, { ".drone.yml": "kind: pipeline\n" });
    await desk.work({ "ours.txt": "ours\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", merged: true });
  });
});

test("a stopped turn pushes nothing", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  await desk.work({ "ours.txt": "ours\n" });
  await expect(desk.publish({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(desk.remote(BRANCH)).toBeUndefined();
});
