import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { destroySession } from "../../../src/kugetsu/session/destroy.ts";
import { BRANCH, REF, write } from "../git/fixture.ts";
import { type Desk, openDesk } from "./core.ts";

/** What of a session is left in the home, but its kept work. */
function remains({ core }: Desk): string[] {
  const { agents, private: repositories, worktrees } = core.home;
  return [agents, repositories, worktrees].flatMap((path) =>
    existsSync(path) ? readdirSync(path) : [],
  );
}

describe.concurrent("a session goes", () => {
  test("with all that belongs to it when it has no work, and the mirror stays", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    expect(remains(desk)).toHaveLength(4);
    expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
    expect(remains(desk)).toEqual([]);
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
    expect(readdirSync(desk.core.home.mirrors)).toHaveLength(1);
    await expect(destroySession(desk.core, REF)).rejects.toMatchObject({ code: "not_found" });
  });

  test("and its unpushed work is kept for good, commits and what was left uncommitted", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const tip = await desk.work({ "ours.txt": "ours\n" });
    write(desk.path, { "left.txt": "not committed\n" });
    const { kept } = await destroySession(desk.core, REF);
    expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
    expect(remains(desk)).toEqual([]);
    await desk.prepare();
    expect(existsSync(join(desk.path, "ours.txt"))).toBe(false);
    expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
    const [work] = await desk.kept();
    const mirror = await desk.fetch();
    expect(await mirror.contains(tip, work?.sha ?? "")).toBe(true);
    expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBe("not committed\n");
  });

  test("and nothing is kept of what was pushed; a new one starts from that", async () => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    await desk.publish();
    expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
    expect(await desk.prepare()).toMatchObject({ session: { tip: sha, branch: BRANCH } });
  });
});

describe.concurrent("a session goes, and its commits are kept, also when its agent has removed", () => {
  test.each<[string, (desk: Desk) => void]>([
    ["its worktree", ({ path }) => rmSync(path, { recursive: true })],
    ["the worktree's link to its repository", ({ path }) => rmSync(join(path, ".git"))],
    ["its private repository", ({ core }) => rmSync(core.home.private, { recursive: true })],
  ])("%s", async (_, harm) => {
    await using desk = await openDesk();
    await desk.prepare();
    const sha = await desk.work({ "ours.txt": "ours\n" });
    harm(desk);
    const { kept } = await destroySession(desk.core, REF);
    expect(kept.length).toBeGreaterThan(0);
    expect(remains(desk)).toEqual([]);
    expect(await desk.core.sessions.get(REF)).toBeUndefined();
    const mirror = await desk.fetch();
    const works = await desk.kept();
    const found = works.map(async (work) => mirror.contains(sha, work.sha));
    expect(await Promise.all(found)).toContain(true);
  });
});
