import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchConfig } from "../src/config-watch.ts";
import { readWorkConfig } from "../src/config.ts";
import { readConfigFile } from "../src/kugetsu/config-file/read.ts";

async function watching(text: string, env: Record<string, string> = {}) {
  const home = mkdtempSync(join(tmpdir(), "kugetsu-watch-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const path = join(home, "config");
  const change = (words: string) => writeFile(path, words, { mode: 0o600 });
  await change(text);
  const started = readWorkConfig(
    { HOME: home, KUGETSU_HOME: home, ...env },
    await readConfigFile(path, { userHome: home }),
  );
  const warnings: string[] = [];
  const anew = watchConfig(started, (message) => void warnings.push(message));
  return { anew, change, started, warnings };
}

test("a running process takes caps and limits as the file has them now", async () => {
  const { anew, change, started, warnings } = await watching("MAX_CONCURRENT_AGENTS=2\n");
  expect(await anew()).toBe(started);
  await change("MAX_CONCURRENT_AGENTS=7\nTURN_TIMEOUT=1h\n");
  expect(await anew()).toMatchObject({ maxConcurrentAgents: 7, limits: { wallMs: 3_600_000 } });
  await change("");
  expect(await anew()).toMatchObject({ maxConcurrentAgents: 3, limits: { wallMs: 1_800_000 } });
  expect(warnings).toEqual([]);
});

test("the environment goes before the changed file as well", async () => {
  const { anew, change } = await watching("", { MAX_CONCURRENT_AGENTS: "4" });
  await change("MAX_CONCURRENT_AGENTS=7\n");
  expect((await anew()).maxConcurrentAgents).toBe(4);
});

test("what is wrong is told once at each change, and not again what the start has told", async () => {
  const { anew, change, started, warnings } = await watching("FOO=1\nMAX_CONCURRENT_AGENTS=2\n");
  expect(started.warnings).toHaveLength(1);
  await change("FOO=1\nMAX_CONCURRENT_AGENTS=none\n");
  for (let times = 0; times < 3; times += 1) expect((await anew()).maxConcurrentAgents).toBe(3);
  expect(warnings).toEqual([expect.stringContaining("config line 2: MAX_CONCURRENT_AGENTS must")]);
  await change("FOO=1\nMAX_CONCURRENT_AGENTS=$(nproc)\n");
  for (let times = 0; times < 3; times += 1) expect((await anew()).maxConcurrentAgents).toBe(3);
  expect(warnings).toHaveLength(2);
  expect(warnings[1]).toContain("config line 2 cannot be read");
  await change("MAX_CONCURRENT_AGENTS=5\n");
  expect((await anew()).maxConcurrentAgents).toBe(5);
  expect(warnings).toHaveLength(2);
});
