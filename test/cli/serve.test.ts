import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serveBot } from "../../src/demo/serve.ts";
import { kugetsu, temporaryHome } from "./program.ts";

const FORGES = {
  forges: { work: { kind: "gitea", url: "https://work.example.org", token: "0".repeat(40) } },
};

async function homeWith(forges: unknown, mode: number): Promise<string> {
  const home = temporaryHome();
  await mkdir(home, { mode: 0o700 });
  const path = join(home, "forges.json");
  await writeFile(path, JSON.stringify(forges));
  await chmod(path, mode);
  return home;
}

test("without any forge a server does not start, and says how to configure one", async () => {
  const { exitCode, stderr } = await kugetsu(temporaryHome(), ["serve"]);
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(/No forge is configured: .*kugetsu forge add/);
});

test("a forges.json that others may read is as good as none, and it says so", async () => {
  const { exitCode, stderr } = await kugetsu(await homeWith(FORGES, 0o644), ["serve"]);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain("open to other users (0644)");
  expect(stderr).toContain("chmod 600");
});

test("a forge of forges.json is enough for a server", async () => {
  const home = await homeWith(FORGES, 0o600);
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, KUGETSU_HOME: home, SANDBOX: "off" };
  await using bot = await serveBot(env);
  expect(await fetch(`${bot.url}/webhooks/work`)).toMatchObject({ status: 405 });
  expect(await fetch(`${bot.url}/webhooks/gitea`)).toMatchObject({ status: 404 });
  expect(bot.log()).toContain(`${bot.url}/webhooks/work`);
  expect(bot.log()).not.toContain("0".repeat(40));
});
