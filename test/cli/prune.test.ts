import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitAll, REF, write } from "../kugetsu/git/fixture.ts";
import { openDesk } from "../kugetsu/session/core.ts";
import { kugetsu, temporaryHome } from "./program.ts";

test("it shows what would go and what that holds, and with --force it goes", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  write(desk.path, { "ours.txt": "ours\n" });
  commitAll(desk.path, "Mine");
  await desk.core.sessions.remove(REF);
  const { root, worktrees, sessions } = desk.core.home;
  mkdirSync(join(worktrees, "evil\u001b[2J"));
  write(sessions, { "gone.json": "{}" });

  const shown = await kugetsu(root, ["prune"]);
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toContain(`worktree ${desk.path} (${REF}; holds 1 unpushed commit)\n`);
  expect(shown.stdout).toContain(`session file ${join(sessions, "gone.json")}`);
  expect(shown.stdout).not.toContain("\u001b");
  expect(shown.stderr).toContain("5 orphans. `kugetsu prune --force` removes them");

  const forced = await kugetsu(root, ["prune", "--force", "-y"]);
  expect(forced.exitCode).toBe(0);
  expect(forced.stdout).toContain(`removed worktree ${desk.path}`);
  expect(forced.stdout).toMatch(/^ {2}kept its work: refs\/kugetsu\/kept\//m);
  expect(existsSync(desk.path)).toBe(false);
  const { stdout, stderr } = await kugetsu(root, ["prune", "--json"]);
  expect([stdout, stderr]).toEqual(["[]", expect.stringContaining("There is nothing to prune.")]);
});

test("without a home there is nothing to prune, and none is made", async () => {
  const home = temporaryHome();
  expect(await kugetsu(home, ["prune", "--json"])).toMatchObject({ exitCode: 0, stdout: "[]" });
  expect(existsSync(home)).toBe(false);
});
