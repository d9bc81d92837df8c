import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Check, Finding } from "../../src/doctor/check.ts";
import { openSubject } from "../../src/doctor/subject.ts";

/** A directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "kugetsu-doctor-test-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A home that was just made, with these files in it. */
export function newHome(files: Readonly<Record<string, string>> = {}): string {
  const home = join(temporaryDirectory(), "home");
  mkdirSync(join(home, "env"), { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(home, name), text, { mode: 0o600 });
  return home;
}

/** A program that a shell runs. */
export function program(directory: string, name: string, script: string): string {
  const file = join(directory, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** What one check finds in an environment. */
export async function look(
  check: Check,
  env: Readonly<Record<string, string>>,
): Promise<readonly Finding[]> {
  // Nothing of whoever runs the tests counts.
  const nobody = temporaryDirectory();
  using subject = await openSubject({ PATH: process.env["PATH"], HOME: nobody, ...env });
  const found = await check.look(subject, new AbortController().signal);
  return Array.isArray(found) ? found : [found as Finding];
}
