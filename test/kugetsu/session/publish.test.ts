import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BRANCH, REF, sh, shInput } from "../git/fixture.ts";
import { type Desk, openDesk } from "./core.ts";

const WORKFLOW = { ".github/workflows/ci.yml": "on: push\n" };
const KEPT = expect.stringMatching(/^refs\/kugetsu\/kept\//) as string;

const isSecret = (text: string) => text.includes("a-secret-word");

/** Lets the forge run a script before it takes a push. */
function beforePush({ upstream }: Desk, script: string): void {
  mkdirSync(join(upstream, "hooks"), { recursive: true });
  const hook = join(upstream, "hooks", "pre-receive");
  writeFileSync(hook, `#!/bin/sh\n${script}\n`);
  chmodSync(hook, 0o755);
}

/** A commit on top of the base, raw, on a branch of its own. */
function commitBy(desk: Desk, branch: string, words: { author: string; message: string }): string {
  const main = desk.remote("main");
  const tree = sh(desk.upstream, "rev-parse", "main^{tree}");
  const person = "<a@example.com> 1772366400 +0000";
  const raw = `tree ${tree}\nparent ${main}\nauthor ${words.author} ${person}\ncommitter A ${person}\n\n${words.message}\n`;
  const sha = shInput(desk.upstream, raw, "hash-object", "-t", "commit", "-w", "--stdin");
  sh(desk.upstream, "update-ref", `refs/heads/${branch}`, sha);
  return sha;
}

describe.concurrent("nothing is pushed", () => {
  test("without a session, without a commit, and when the base branch has all of it by now", async () => {
    await using desk = await openDesk();
    await expect(desk.publish()).rejects.toMatchObject({ code: "not_found" });
    await desk.prepare();
    expect(await desk.publish()).toEqual({ kind: "nothing" });
    const tip = await desk.work({ "ours.txt": "ours\n" });
    sh(desk.upstream, "fetch", "-q", (await desk.fetch()).path, `${tip}:refs/heads/main`);
    expect(await desk.publish()).toEqual({ kind: "nothing" });
    expect(desk.remote(BRANCH)).toBeUndefined();
  });

  test("of a merge whose conflicts are not resolved, nor of a secret; it is kept", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "a-secret-word\n" });
    expect(await desk.publish({ holdsSecret: isSecret })).toEqual({ kind: "secret", kept: KEPT });
    const paths = ["calc.js"];
    await desk.core.sessions.patch(REF, { unresolved: paths });
    expect(await desk.publish()).toEqual({ kind: "unresolved", paths });
    expect(await desk.kept()).toEqual([{ ref: REF, sha }]);
    expect(desk.remote(BRANCH)).toBeUndefined();
  });

  test("of a secret, wherever it stands, also in history that was tidied up since", async () => {
    await using desk = await openDesk({ "calc.js": "0\n", "old.js": "a-secret-word\n" });
    await desk.prepare();
    const tidied = desk.push("history", { "key.txt": "a-secret-word\n" });
    sh(desk.upstream, "update-ref", "refs/heads/tidied", tidied);
    const plain = { author: "A", message: "Mend it" };
    for (const tip of [
      desk.push("content", { "calc.js": "a-secret-word\n" }),
      desk.push("name", { "a-secret-word.txt": "" }),
      desk.push("tidied", { "key.txt": "" }),
      commitBy(desk, "message", { ...plain, message: "Mend a-secret-word" }),
      commitBy(desk, "author", { ...plain, author: "a-secret-word" }),
    ]) {
      await desk.core.sessions.patch(REF, { tip });
      expect(await desk.publish({ holdsSecret: isSecret })).toEqual({ kind: "secret", kept: KEPT });
    }
    expect(await desk.kept()).toHaveLength(5);
    expect(desk.remote(BRANCH)).toBeUndefined();
    const tip = desk.push("mended", { "calc.js": "1\n" });
    await desk.core.sessions.patch(REF, { tip });
    expect(await desk.publish({ holdsSecret: isSecret })).toMatchObject({
      kind: "pushed",
      sha: tip,
    });
  });

  test("of CI files, also when the base branch is gone, but where the operator allows them", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ ...WORKFLOW, "calc.js": "1\n" });
    const refused = { kind: "protected", paths: [".github/workflows/ci.yml"], kept: KEPT };
    expect(await desk.publish()).toEqual(refused);
    expect(await desk.kept()).toEqual([{ ref: REF, sha }]);
    sh(desk.upstream, "update-ref", "-d", "refs/heads/main");
    expect(await desk.publish()).toEqual(refused);
    expect(await desk.session()).toMatchObject({ pushedSha: undefined });
    expect(await desk.publish({ allowCi: true })).toMatchObject({ kind: "pushed", sha });
    expect(desk.remote(BRANCH)).toBe(sha);
  });

  test("while the forge cannot be reached, after a stop, and when the forge refuses; then it is kept", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    const source = { url: "http://127.0.0.1:1/a.git", credentials: undefined };
    const unavailable = { code: "unavailable" };
    await expect(desk.publish({ source })).rejects.toMatchObject(unavailable);
    const signal = AbortSignal.abort();
    await expect(desk.publish({ signal })).rejects.toMatchObject(unavailable);
    beforePush(desk, "echo 'Not on a Sunday.' >&2; exit 1");
    const words = expect.stringContaining("Not on a Sunday.") as string;
    expect(await desk.publish()).toEqual({ kind: "refused", words, kept: KEPT });
    expect(await desk.kept()).toEqual([{ ref: REF, sha }]);
    expect(desk.remote(BRANCH)).toBeUndefined();
  });

  test("where people's commits conflict, and the caller wants to know", async () => {
    await using desk = await openDesk();
    const pushedSha = await desk.firstTurn();
    const tip = await desk.work({ "calc.js": "ours\n" });
    const theirs = desk.push(BRANCH, { "calc.js": "theirs\n" });
    const paths = ["calc.js"];
    expect(await desk.publish({ onConflict: "tell" })).toEqual({ kind: "conflict", paths });
    expect(desk.remote(BRANCH)).toBe(theirs);
    expect(await desk.session()).toMatchObject({ branch: BRANCH, tip, pushedSha });
  });
});

describe.concurrent("commits are pushed", () => {
  test("to the session's branch, once, also when an earlier life did not get to write it down", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    const pushed = { kind: "pushed", branch: BRANCH, sha, merged: false };
    expect(await desk.publish()).toEqual(pushed);
    expect(desk.remote(BRANCH)).toBe(sha);
    expect(await desk.session()).toMatchObject({ branch: BRANCH, tip: sha, pushedSha: sha });
    await desk.core.sessions.patch(REF, { pushedSha: undefined });
    beforePush(desk, "exit 1");
    expect(await desk.publish()).toEqual(pushed);
    expect(await desk.session()).toMatchObject({ pushedSha: sha });
  });

  test("with what people pushed meanwhile merged in", async () => {
    await using desk = await openDesk();
    await desk.firstTurn();
    const ours = await desk.work({ "ours.txt": "ours\n" });
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    const pushed = { kind: "pushed", branch: BRANCH, merged: true };
    expect(await desk.publish({ onConflict: "tell" })).toMatchObject(pushed);
    expect(sh(desk.upstream, "log", "-1", "--format=%P", BRANCH)).toBe(`${ours} ${theirs}`);
    expect(await desk.session()).toMatchObject({ tip: desk.remote(BRANCH) });
  });

  test("with what people pushed between our fetch and our push", async () => {
    await using desk = await openDesk();
    const first = await desk.firstTurn();
    const ours = await desk.work({ "ours.txt": "ours\n" });
    sh(desk.upstream, "update-ref", "refs/heads/elsewhere", first);
    const theirs = desk.push("elsewhere", { "theirs.txt": "theirs\n" });
    // Somebody's push comes first, the moment that ours is on its way.
    const script = `rm "$0"; unset GIT_QUARANTINE_PATH; git update-ref refs/heads/${BRANCH} ${theirs}`;
    beforePush(desk, script);
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: BRANCH, merged: true });
    expect(sh(desk.upstream, "log", "-1", "--format=%P", BRANCH)).toBe(`${ours} ${theirs}`);
  });

  test("to the next free branch where they conflict, and from there to the next", async () => {
    await using desk = await openDesk();
    await desk.firstTurn();
    const sha = await desk.work({ "calc.js": "ours\n" });
    const theirs = desk.push(BRANCH, { "calc.js": "theirs\n" });
    desk.push(`${BRANCH}-2`, { "taken.txt": "taken\n" });
    const branch = `${BRANCH}-3`;
    expect(await desk.publish()).toEqual({
      kind: "pushed",
      branch,
      sha,
      merged: false,
      elsewhere: "conflict",
    });
    expect(desk.remote(BRANCH)).toBe(theirs);
    expect(desk.remote(branch)).toBe(sha);
    expect(await desk.session()).toMatchObject({ branch, pushedSha: sha });
    desk.push(branch, { "calc.js": "theirs again\n" });
    await desk.work({ "calc.js": "ours again\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: `${BRANCH}-4` });
  });

  test("to the next free branch where somebody made one of that name while the agent worked", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    const theirs = desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    const branch = `${BRANCH}-2`;
    expect(await desk.publish()).toEqual({
      kind: "pushed",
      branch,
      sha,
      merged: false,
      elsewhere: "not_ours",
    });
    expect(desk.remote(BRANCH)).toBe(theirs);
  });

  test("to the branch that the session began on, where people pushed to it meanwhile", async () => {
    await using desk = await openDesk();
    desk.push(BRANCH, { "before.txt": "by a session that was reset\n" });
    await desk.prepare();
    await desk.work({ "ours.txt": "ours\n" });
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    const pushed = { kind: "pushed", branch: BRANCH, merged: true };
    expect(await desk.publish()).toMatchObject(pushed);
  });

  test("to the branch that a push went to which was not heard to its end", async () => {
    await using desk = await openDesk();
    await desk.firstTurn();
    await desk.core.sessions.patch(REF, { pushedSha: undefined });
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: BRANCH });
  });

  test("to the next branch, on which the worktree stands in the next turn", async () => {
    await using desk = await openDesk();
    await desk.firstTurn();
    const sha = await desk.work({ "calc.js": "ours\n" });
    desk.push(BRANCH, { "calc.js": "theirs\n" });
    const branch = `${BRANCH}-2`;
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch, sha });
    expect(await desk.session()).toMatchObject({ branch, tip: sha, worktreeAt: undefined });
    expect(await desk.prepare({ branch })).toMatchObject({
      session: { branch, tip: sha },
      kept: [],
    });
    expect(sh(desk.path, "status", "--porcelain", "--branch")).toBe(`## ${branch}`);
    const more = await desk.work({ "more.txt": "more\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch, sha: more });
    expect(await desk.session()).toMatchObject({ worktreeAt: more });
  });

  test("of people's own branch to one of ours where they conflict, with what they have there", async () => {
    await using desk = await openDesk();
    const order = { branch: "walter/login" };
    desk.push(order.branch, { ".drone.yml": "kind: pipeline\n" });
    await desk.prepare(order);
    const sha = await desk.work({ "calc.js": "ours\n" });
    const theirs = desk.push(order.branch, { "calc.js": "theirs\n" });
    const stem = "fix/issue-7";
    const pushed = { kind: "pushed", branch: stem, sha, elsewhere: "conflict" };
    expect(await desk.publish({ stem })).toMatchObject(pushed);
    expect(desk.remote(order.branch)).toBe(theirs);
    expect(desk.remote(stem)).toBe(sha);
    await desk.prepare({ branch: stem });
    await desk.work({ "calc.js": "ours again\n" });
    desk.push(stem, { "calc.js": "theirs again\n" });
    expect(await desk.publish({ stem })).toMatchObject({ kind: "pushed", branch: `${stem}-2` });
  });

  test("not to a branch that is to be left, but beside it; without new work to none", async () => {
    await using desk = await openDesk();
    const order = { branch: "walter/login" };
    const theirs = desk.push(order.branch, { "theirs.txt": "theirs\n" });
    await desk.prepare(order);
    const left = { stem: "fix/issue-7", leaveBranch: true };
    expect(await desk.publish(left)).toEqual({ kind: "nothing" });
    const sha = await desk.work({ "ours.txt": "ours\n" });
    const pushed = { kind: "pushed", branch: "fix/issue-7", sha, elsewhere: "left" };
    expect(await desk.publish(left)).toMatchObject(pushed);
    expect(desk.remote(order.branch)).toBe(theirs);
  });

  test("with CI files that people changed on the base or on the branch", async () => {
    await using desk = await openDesk();
    await desk.firstTurn();
    desk.push("main", WORKFLOW);
    desk.push(BRANCH, { ".drone.yml": "kind: pipeline\n" });
    await desk.work({ "ours.txt": "ours\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", merged: true });
  });
});
