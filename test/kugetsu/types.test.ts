import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));

/** The packages that a declaration file, and those that it reaches, take types from. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, from = ""] of readFileSync(file, "utf8").matchAll(
    /(?:from|import\() ?"([^"]+)"/g,
  )) {
    if (from.startsWith("node:")) continue;
    if (!from.startsWith(".")) packages.add(from.split("/", 1)[0] ?? "");
    else {
      const next = join(dirname(file), from.replace(/\.[jt]s$/, ".d.ts"));
      for (const name of packagesOf(next, seen)) packages.add(name);
    }
  }
  return packages;
}

test("the core's types need none of what is not installed with it, but for the optional peer", async () => {
  const directory = mkdtempSync(join(tmpdir(), "kugetsu-types-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const tsc = join(CHECKOUT, "node_modules/.bin/tsc");
  const project = join(CHECKOUT, "tsconfig.build.json");
  await execa(tsc, ["-p", project, "--noCheck", "--outDir", directory]);
  expect([...packagesOf(join(directory, "kugetsu/kugetsu.d.ts"))]).toEqual(["drizzle-orm"]);
});
