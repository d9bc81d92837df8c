import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { destroySession } from "../../../src/kugetsu/session/destroy.ts";
import { BRANCH, REF, write } from "../git/fixture.ts";
import { type Desk, openDesk } from "./core.ts";

function remains({ core, path }: Desk): string[] {
  const { agents, private: repositories } = core.home;
  return [path, ...readdirSync(agents), ...readdirSync(repositories)].filter(
    (name) => name !== path || existsSync(path),
  );
}

test("without work everything of the session is removed, and the mirror stays", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  expect(remains(desk)).not.toEqual([]);
  expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
  expect(remains(desk)).toEqual([]);
  expect(await desk.core.sessions.get(REF)).toBeUndefined();
  expect(readdirSync(desk.core.home.mirrors)).toHaveLength(1);
});

test("unpushed work is kept, commits and what was left uncommitted", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const tip = await desk.work({ "ours.txt": "ours\n" });
  write(desk.path, { "left.txt": "not committed\n" });
  const { kept } = await destroySession(desk.core, REF);
  expect(kept).toEqual([expect.stringMatching(/^refs\/kugetsu\/kept\//)]);
  expect(remains(desk)).toEqual([]);
  const [work] = await desk.kept();
  const mirror = await desk.fetch();
  expect(await mirror.contains(tip, work?.sha ?? "")).toBe(true);
  expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBe("not committed\n");
});

test("what the forge is known to have is not kept", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  await desk.work({ "ours.txt": "ours\n" });
  await desk.publish();
  await desk.fetch();
  expect(await destroySession(desk.core, REF)).toEqual({ kept: [] });
});

test("kept work outlives a new session and its end", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const tip = await desk.work({ "ours.txt": "ours\n" });
  await destroySession(desk.core, REF);
  await desk.prepare();
  expect(existsSync(join(desk.path, "ours.txt"))).toBe(false);
  await destroySession(desk.core, REF);
  expect(await desk.kept()).toEqual([{ ref: REF, sha: tip }]);
});

test.each<[string, (desk: Desk) => void]>([
  ["its worktree", ({ path }) => rmSync(path, { recursive: true })],
  ["the worktree's link to its repository", ({ path }) => rmSync(join(path, ".git"))],
  [
    "its private repository",
    ({ core }) => {
      rmSync(core.home.private, { recursive: true });
    },
  ],
])("it goes also when the agent has removed %s", async (_, harm) => {
  await using desk = await openDesk();
  await desk.prepare();
  harm(desk);
  await destroySession(desk.core, REF);
  expect(existsSync(desk.path)).toBe(false);
  expect(await desk.core.sessions.get(REF)).toBeUndefined();
});

test("work in a worktree without a repository is kept all the same", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  rmSync(join(desk.path, ".git"));
  writeFileSync(join(desk.path, "left.txt"), "not committed\n");
  await destroySession(desk.core, REF);
  const [work] = await desk.kept();
  const mirror = await desk.fetch();
  expect(await mirror.read(work?.sha ?? "", "left.txt", 100)).toBe("not committed\n");
});

test("a session that is not there cannot be destroyed", async () => {
  await using desk = await openDesk();
  await expect(destroySession(desk.core, REF)).rejects.toMatchObject({ code: "not_found" });
});

test("a new session on the forge's branch follows", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const sha = await desk.work({ "ours.txt": "ours\n" });
  await desk.publish();
  await destroySession(desk.core, REF);
  expect(await desk.prepare()).toMatchObject({ since: sha });
  expect(await desk.session()).toMatchObject({ branch: BRANCH, tip: sha });
});
