import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openBox } from "../../../src/kugetsu/box.ts";
import { createGit } from "../../../src/kugetsu/git/git.ts";
import { write } from "./fixture.ts";

function openGit() {
  const home = mkdtempSync(join(tmpdir(), "kugetsu-aside-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const git = createGit({ home, box: openBox, env: process.env });
  return { home, git };
}

test("moves nothing but what lies directly in the directory of its kind", async () => {
  const { home, git } = openGit();
  write(home, { "worktrees/one/x": "", "private/one.git/x": "" });
  const worktrees = join(home, "worktrees");
  const paths = [worktrees, `${worktrees}/`, join(worktrees, ".."), join(worktrees, "one", "x")];
  for (const path of paths)
    await expect(git.moveAside({ key: "one", path })).rejects.toMatchObject({ code: "invalid" });
  const path = join(worktrees, "one");
  const repository = join(home, "private");
  await expect(git.moveAside({ key: "one", path, repository })).rejects.toMatchObject({
    code: "invalid",
  });
  expect(readdirSync(home).toSorted()).toEqual(["private", "worktrees"]);
});
