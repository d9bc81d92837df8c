import { rmSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { expect, test } from "vitest";
import { envFiles, pmToken } from "../../src/doctor/env-files.ts";
import { look, newHome } from "./installation.ts";

const TOKEN = "0123456789abcdef0123456789abcdef01234567";

test("env files that can be read are well", async () => {
  const KUGETSU_HOME = newHome({
    "env/default.env": "A=1\n",
    "env/pm-agent.env": `GITEA_TOKEN=${TOKEN}\n`,
  });
  expect(await look(envFiles, { KUGETSU_HOME })).toMatchObject([{ status: "ok" }]);
  expect(await look(pmToken, { KUGETSU_HOME })).toMatchObject([
    { status: "ok", advice: undefined },
  ]);
});

test("a line that cannot be read is named, and not shown", async () => {
  const KUGETSU_HOME = newHome({ "env/default.env": "A=1\nsecret words\n" });
  const [found] = await look(envFiles, { KUGETSU_HOME });
  expect(found).toMatchObject({
    status: "problem",
    detail: expect.stringContaining("default.env line 2"),
  });
  expect(JSON.stringify(found)).not.toContain("secret");
});

test("a forge token for all agents, and what none ever gets, are told with what to do", async () => {
  const KUGETSU_HOME = newHome({
    "env/default.env": `GITEA_TOKEN=${TOKEN}\nLD_PRELOAD=/x.so\nOPENAI_API_KEY=k\n`,
  });
  const found = await look(envFiles, { KUGETSU_HOME });
  expect(found).toMatchObject([
    { status: "warning", advice: expect.stringContaining("kugetsu env rm GITEA_TOKEN default") },
    { status: "warning", detail: expect.stringContaining("LD_PRELOAD") },
  ]);
  expect(JSON.stringify(found)).not.toContain(TOKEN);
});

test("a PM agent without a token is a hint, not a problem", async () => {
  const KUGETSU_HOME = newHome();
  expect(await look(pmToken, { KUGETSU_HOME })).toMatchObject([
    { status: "ok", advice: expect.stringContaining("kugetsu env set GITEA_TOKEN - pm-agent") },
  ]);
});

test("the token of a PM agent is GitHub's where that is the only forge", async () => {
  const github = { GITHUB_TOKEN: TOKEN };
  expect(await look(pmToken, { KUGETSU_HOME: newHome(), ...github })).toMatchObject([
    { status: "ok", advice: expect.stringContaining("kugetsu env set GITHUB_TOKEN - pm-agent") },
  ]);
  const own = newHome({ "env/pm-agent.env": `GITHUB_TOKEN=${TOKEN}\n` });
  expect(await look(pmToken, { KUGETSU_HOME: own, ...github })).toMatchObject([
    { status: "ok", detail: "It has a forge token of its own." },
  ]);
});

test("a pipe in the place of a file hangs nobody", async () => {
  const KUGETSU_HOME = newHome();
  const pipe = join(KUGETSU_HOME, "env/default.env");
  execaSync("mkfifo", [pipe]);
  expect(await look(envFiles, { KUGETSU_HOME })).toMatchObject([
    { status: "problem", detail: expect.stringContaining("not a regular file") },
  ]);
  rmSync(pipe);
});
