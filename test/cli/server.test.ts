import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { askServer } from "../../src/cli/server.ts";
import { createQueue } from "../jobs/queue.ts";

function home(): string {
  const path = mkdtempSync(join(tmpdir(), "kugetsu-server-"));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

test("without a server nobody is waited for", async () => {
  expect(await askServer(home(), createQueue().leases, "/orders", {})).toBeUndefined();
});

test("a server that does not answer is waited for, until whoever asks wants it no more", async () => {
  const { leases, owner } = createQueue();
  await leases.acquire({ resource: "server", kind: "server", owner });
  const unwanted = new AbortController();
  const asked = askServer(
    home(),
    leases,
    "/orders",
    {},
    {
      signal: unwanted.signal,
      onWait: () => {
        unwanted.abort(new Error("It was stopped."));
      },
    },
  );
  await expect(asked).rejects.toThrow("It was stopped.");
});
