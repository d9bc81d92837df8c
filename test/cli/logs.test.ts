import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { turnLogPath } from "../../src/turn-log/path.ts";
import { openTurnLog } from "../../src/turn-log/write.ts";
import { CAPS, createQueue, newJob, type Queue, queued } from "../jobs/queue.ts";
import { kugetsu, temporaryHome } from "./program.ts";

const REF = "localhost:3000/ann/app#1";
let home: string;
let queue: Queue;
beforeEach(() => {
  home = temporaryHome();
  mkdirSync(join(home, "logs"), { recursive: true, mode: 0o700 });
  queue = createQueue(join(home, "kugetsu.db"), "server");
});

/** A turn that is over, in which the agent said that; returns its job's id. */
async function turn(words: string): Promise<number> {
  const { store, owner } = queue;
  const id = await queued(store, newJob(1));
  await store.claim({ owner, caps: CAPS });
  await using log = openTurnLog(turnLogPath(join(home, "logs"), id), {
    mask: (text) => text,
    failed: () => undefined,
  });
  log.activity({ kind: "words", text: words });
  await store.finish(id, owner.marker, { state: "done", words: "" }, []);
  return id;
}

test("the turn that a comment names is shown whole, also when others came after it", async () => {
  const first = await turn(`The beginning.\n${"A line of it.\n".repeat(3_000)}The end.\n`);
  await turn("Something else.\n");
  const { exitCode, stdout } = await kugetsu(home, ["logs", REF, "--job", String(first)]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^── job 1 · fix · done · [^\n]+\n[^]*The beginning\.[^]*The end\.\s*$/);
  expect(stdout.match(/A line of it\./g)).toHaveLength(3_000);
  expect((await kugetsu(home, ["logs", REF])).stdout).toContain("Something else.");
});

test.each([
  [["--job", "7"], 1, "Job 7 is none of the last turns of localhost:3000/ann/app#1."],
  [["--job", "x"], 2, "`--job` takes the number of a job."],
  [["--job", "1", "--all"], 2, "`--all` and `--job` exclude each other."],
] as const)("logs %j ends with %i", async (args, code, words) => {
  await turn("Something.\n");
  const { exitCode, stderr } = await kugetsu(home, ["logs", REF, ...args]);
  expect(exitCode).toBe(code);
  expect(stderr).toContain(words);
});
