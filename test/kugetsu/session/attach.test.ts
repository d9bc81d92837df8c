import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { currentOwner } from "../../../src/kugetsu/db/owner.ts";
import { attach } from "../../../src/kugetsu/session/attach.ts";
import { occupied, occupy } from "../../../src/kugetsu/session/occupied.ts";
import { BRANCH, REF, sh, write } from "../git/fixture.ts";
import { openDesk, type Desk } from "./core.ts";

const ORDER = {
  ref: REF,
  env: { COLORTERM: "truecolor" },
  signal: new AbortController().signal,
  onOpen: async () => undefined,
};

/** A turn was there, so that there is something to be attached to. */
async function openAfterTurn(opencode: string): Promise<Desk> {
  const desk = await openDesk({ "calc.js": "0\n" }, { opencode });
  await desk.firstTurn();
  await desk.core.sessions.patch(REF, { opencodeSessionId: "ses_1" });
  return desk;
}

describe.concurrent("attached to an issue's session", () => {
  test("opencode opens its conversation, in its worktree and with its agent's environment", async () => {
    await using desk = await openAfterTurn('echo "$PWD $*" > told.txt; env >> told.txt');
    await attach(desk.core, ORDER);
    const told = readFileSync(join(desk.path, "told.txt"), "utf8");
    expect(told).toContain(`${desk.path} --session=ses_1\n`);
    expect(told).toMatch(/^COLORTERM=truecolor$/m);
    expect(told).toMatch(/^KUGETSU_TEMP_DIR=/m);
    expect(told).toMatch(/^GIT_AUTHOR_NAME=/m);
    expect(told).not.toContain("TOKEN=");
  });

  test("what was committed there and what was left is in the next turn, beside what people pushed", async () => {
    await using desk = await openAfterTurn(
      `echo 1 > one.txt; git add one.txt; git commit -qm "By hand"; echo 2 > two.txt`,
    );
    await attach(desk.core, ORDER);
    expect(await desk.session()).toMatchObject({ state: "attached", worktreeAt: undefined });
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });

    const { session, kept } = await desk.prepare();
    expect(kept).toEqual([]);
    for (const name of ["first.txt", "one.txt", "two.txt", "theirs.txt"])
      expect(existsSync(join(desk.path, name))).toBe(true);
    expect(session.worktreeAt).toBe(session.tip);
    const subjects = sh(desk.path, "log", "--format=%s", `${desk.remote("main")}..HEAD`).split(
      "\n",
    );
    expect(subjects).toContain("By hand");
    expect(subjects).toContain("Work that was done in a terminal");
    expect(sh(desk.path, "status", "--porcelain")).toBe("");
  });

  test("a second visit finds what the first one left", async () => {
    await using desk = await openAfterTurn("echo more >> note.txt");
    await attach(desk.core, ORDER);
    await attach(desk.core, ORDER);
    await desk.prepare();
    expect(readFileSync(join(desk.path, "note.txt"), "utf8")).toBe("more\nmore\n");
  });

  test("it begins with what was taken over and merged since the worktree was left", async () => {
    await using desk = await openAfterTurn("cat theirs.txt > seen.txt");
    await desk.work({ "left.txt": "left\n" }, "left");
    desk.push(BRANCH, { "theirs.txt": "theirs\n" });
    // The push merges what somebody pushed meanwhile: the worktree is behind the session's tip.
    await desk.publish();
    await attach(desk.core, ORDER);
    expect(readFileSync(join(desk.path, "seen.txt"), "utf8")).toBe("theirs\n");
    const { session } = await desk.prepare();
    expect(sh(desk.path, "log", "-1", "--format=%s", session.tip)).toBe(
      "Work that was done in a terminal",
    );
    expect(readFileSync(join(desk.path, "theirs.txt"), "utf8")).toBe("theirs\n");
    expect(readFileSync(join(desk.path, "left.txt"), "utf8")).toBe("left\n");
  });

  test("one that is cut off says so, and loses nothing either", async () => {
    await using desk = await openAfterTurn("echo 1 > one.txt; exit 137");
    await expect(attach(desk.core, ORDER)).rejects.toMatchObject({
      code: "failed",
      message: "opencode was ended by SIGKILL.",
    });
    await desk.prepare();
    expect(existsSync(join(desk.path, "one.txt"))).toBe(true);
  });

  test("a turn that was cut off before stays one that can be resumed", async () => {
    await using desk = await openAfterTurn("echo 1 > one.txt");
    await desk.core.sessions.patch(REF, { state: "running" });
    write(desk.path, { "half.txt": "half\n" });
    await attach(desk.core, ORDER);
    expect(await desk.session()).toMatchObject({ state: "running" });
    await desk.prepare({ resumed: true });
    expect(existsSync(join(desk.path, "half.txt"))).toBe(true);
    expect(existsSync(join(desk.path, "one.txt"))).toBe(true);
  });
});

describe.concurrent("not attached", () => {
  test("where no conversation is, it says how one begins", async () => {
    await using desk = await openDesk();
    const none = { code: "not_found", hint: expect.stringContaining("kugetsu start") as string };
    await expect(attach(desk.core, ORDER)).rejects.toMatchObject(none);
    await desk.prepare();
    await expect(attach(desk.core, ORDER)).rejects.toMatchObject(none);
    await expect(attach(desk.core, { ...ORDER, ref: "base" })).rejects.toMatchObject({
      code: "not_found",
      hint: "`kugetsu init` makes it.",
    });
  });

  test("while a turn runs, it says how to look at it and how to end it", () => {
    const owner = { ...currentOwner("somebody"), acquiredAt: 0, renewedAt: 0 };
    expect(occupied({ ...owner, resource: REF, kind: "dev" })).toMatchObject({
      code: "conflict",
      message: `A turn of ${REF} runs.`,
      hint: `\`kugetsu logs ${REF}\` shows it, \`kugetsu stop ${REF}\` ends it.`,
    });
  });

  test("one person at a time is in a session", async () => {
    await using desk = await openDesk();
    {
      await using _first = await occupy(desk.core, [REF]);
      await expect(occupy(desk.core, ["base", REF])).rejects.toMatchObject({
        code: "conflict",
        message: `${REF} is in use by another kugetsu.`,
      });
    }
    await using _second = await occupy(desk.core, ["base", REF]);
  });

  test("where the worktree is gone, it says so", async () => {
    await using desk = await openAfterTurn("true");
    await desk.core.git.removeWorktree({ key: (await desk.place()).key, path: desk.path });
    await expect(attach(desk.core, ORDER)).rejects.toMatchObject({
      code: "not_found",
      message: `The worktree of ${REF} is gone.`,
    });
  });
});
