import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import type { Handle } from "../../src/jobs/contract.ts";
import { createWorker, type Worker } from "../../src/jobs/worker.ts";
import { reportEnd } from "../../src/handlers/report-end.ts";
import { CAPS, disposing, keptLog, type Queue, THREAD } from "../jobs/queue.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** A path for a home in a directory that is removed after the test. */
export function temporaryHome(): string {
  const directory = mkdtempSync(join(tmpdir(), "kugetsu-home-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, "home");
}

/** Runs `kugetsu …` on that home. */
export async function kugetsu(home: string, args: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, ...args], {
    env: { PATH: "/usr/bin:/bin", HOME: home, KUGETSU_HOME: home },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

/** Works off a queue in this process, as a server does. */
export function serve({ store, leases, owner }: Queue, handle: Handle): Worker {
  return disposing(
    createWorker({
      store,
      leases,
      owner,
      admit: async () => ({ kind: "queued", thread: THREAD }),
      handle,
      report: reportEnd,
      caps: () => CAPS,
      log: keptLog(),
      graceMs: 0,
    }),
  );
}
