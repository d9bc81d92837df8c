import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox } from "../../src/kugetsu/sandbox/sandbox.ts";

/** Why no sandbox works on this machine; undefined where one does. Tests that need one are skipped elsewhere. */
export const NO_SANDBOX: string | undefined = await whyNot();

async function whyNot(): Promise<string | undefined> {
  const home = await mkdtemp(join(tmpdir(), "kugetsu-sandbox-"));
  try {
    const path = process.env["PATH"];
    await using _sandbox = await openSandbox({ home, path, shown: [], secret: [] });
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
