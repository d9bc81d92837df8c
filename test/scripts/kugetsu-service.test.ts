import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";

const UNIT = fileURLToPath(new URL("../../scripts/kugetsu.service", import.meta.url));
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test.skipIf(!hasSystemd)("systemd understands the unit (skipped where it is not)", async () => {
  const directory = await mkdtemp(join(tmpdir(), "kugetsu-unit-"));
  try {
    const unit = await readFile(UNIT, "utf8");
    // It wants the program to be there.
    await writeFile(
      join(directory, "kugetsu.service"),
      unit.replace("=/usr/local/bin/kugetsu ", "=/bin/sh "),
    );
    const verified = await execa(
      "systemd-analyze",
      ["verify", join(directory, "kugetsu.service")],
      {
        reject: false,
        all: true,
      },
    );
    expect({ exitCode: verified.exitCode, words: verified.all }).toEqual({
      exitCode: 0,
      words: "",
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("the unit waits longer than turns may take to end, and forbids nothing that boxes need", async () => {
  const unit = await readFile(UNIT, "utf8");
  const { shutdownGraceMs } = readConfig({
    GITEA_URL: "https://git.example.org",
    GITEA_TOKEN: "0123456789abcdef0123456789abcdef01234567",
    GITEA_WEBHOOK_SECRET: "0123456789abcdef",
    HOME: "/home/olivia",
  });
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]) * 1000).toBeGreaterThan(shutdownGraceMs);
  expect(unit).toMatch(/^KillMode=mixed$/m);
  expect(unit).not.toMatch(/^(?:PrivateUsers|RestrictNamespaces|ProtectProc|ProtectKernel\w+)=/m);
});
