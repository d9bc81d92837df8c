import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPlace } from "../../../src/kugetsu/session/place.ts";
import { openDesk } from "./core.ts";

test("an agent lives in a directory of its own, which nobody else may look into", async () => {
  await using desk = await openDesk();
  const { agents, worktrees } = desk.core.home;
  const cwd = join(worktrees, "one");
  const place = await openPlace({
    agents,
    slug: "one",
    cwd,
    environment: async (tempDir) => ({ KUGETSU_TEMP_DIR: tempDir }),
    lease: "a-lease",
  });
  const tempDir = join(agents, "one", "temp");
  expect(place).toEqual({
    key: "one",
    cwd,
    home: join(agents, "one"),
    env: { KUGETSU_TEMP_DIR: tempDir },
    lease: "a-lease",
    tempDir,
  });
  for (const path of [place.home, tempDir]) expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("one without a worktree works in a directory of its own", async () => {
  await using desk = await openDesk();
  const options = {
    agents: desk.core.home.agents,
    slug: "pm",
    cwd: undefined,
    environment: async () => ({}),
    lease: "a-lease",
  };
  const { cwd } = await openPlace(options);
  expect(cwd).toBe(join(options.agents, "pm", "work"));
  expect(statSync(cwd).mode & 0o777).toBe(0o700);
  expect(await openPlace(options)).toMatchObject({ cwd });
});
