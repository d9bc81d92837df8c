import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHome } from "../../src/kugetsu/home.ts";

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("the home", () => {
  let parent: string;
  beforeEach(async () => {
    parent = await realpath(await mkdtemp(join(tmpdir(), "kugetsu-home-")));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  test("is made with its directories, closed to everybody else", async () => {
    const home = await openHome(join(parent, "a/b"));
    expect(home.root).toBe(join(parent, "a/b"));
    expect((await readdir(home.root)).toSorted()).toEqual([
      "agents",
      "env",
      "logs",
      "mirrors",
      "private",
      "sessions",
      "tmp",
      "worktrees",
    ]);
    for (const path of [home.root, home.env, home.worktrees, home.agents])
      expect(await modeOf(path)).toBe("700");
    expect(home.database).toBe(join(home.root, "kugetsu.db"));
  });

  test("is opened again with what it holds", async () => {
    const { sessions } = await openHome(parent);
    await writeFile(join(sessions, "a.json"), "{}");
    await openHome(parent);
    expect(await readdir(sessions)).toEqual(["a.json"]);
  });

  test("of a wider mode is tightened, and that is told", async () => {
    await openHome(parent);
    await chmod(parent, 0o775);
    const warnings: string[] = [];
    await openHome(parent, { warn: (message) => warnings.push(message) });
    expect(await modeOf(parent)).toBe("700");
    expect(warnings).toEqual([`${parent} was open to other users; its mode is now 0700.`]);
  });

  test("is never a shared directory that holds other things, whose mode stays", async () => {
    await writeFile(join(parent, "someone-elses"), "");
    await chmod(parent, 0o755);
    await expect(openHome(parent)).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining(parent),
    });
    expect(await modeOf(parent)).toBe("755");
    expect(await readdir(parent)).toEqual(["someone-elses"]);
  });

  test("is no file, and lies below none", async () => {
    const file = join(parent, "file");
    await writeFile(file, "");
    await expect(openHome(file)).rejects.toMatchObject({ code: "invalid" });
    await expect(openHome(join(file, "home"))).rejects.toMatchObject({ code: "invalid" });
  });

  test("has no file in the place of one of its directories", async () => {
    await writeFile(join(parent, "worktrees"), "");
    await expect(openHome(parent)).rejects.toMatchObject({ code: "invalid" });
  });

  test("behind a symbolic link is named by its real path", async () => {
    await mkdir(join(parent, "real"), { mode: 0o700 });
    await symlink(join(parent, "real"), join(parent, "link"));
    const home = await openHome(join(parent, "link"));
    expect(home.root).toBe(join(parent, "real"));
    expect((await lstat(join(parent, "link"))).isSymbolicLink()).toBe(true);
  });

  test.runIf(process.getuid?.() !== 0)("of another user is refused", async () => {
    await expect(openHome("/")).rejects.toMatchObject({ code: "forbidden" });
  });
});
