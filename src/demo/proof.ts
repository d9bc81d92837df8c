import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** Whether a branch's own tests are green, in a fresh checkout of it. */
export async function testsPass(gitDir: string, branch: string): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), "kugetsu-proof-"));
  try {
    await execa("git", ["clone", "--quiet", "--branch", branch, "--", gitDir, directory]);
    const { exitCode } = await execa("node", ["--test"], {
      cwd: directory,
      reject: false,
      env: { NODE_OPTIONS: "" },
    });
    return exitCode === 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
