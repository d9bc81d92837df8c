import { appendFile, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { forgetTurnLogs } from "../../src/turn-log/forget.ts";
import { turnLogPath } from "../../src/turn-log/path.ts";
import type { TurnLogEntry } from "../../src/turn-log/entry.ts";
import { openTurnLogReader } from "../../src/turn-log/read.ts";
import { openTurnLog } from "../../src/turn-log/write.ts";

const unmasked = (text: string) => text;

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "kugetsu-logs-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

function open(path: string, options: { mask?: (text: string) => string; mostBytes?: number } = {}) {
  const failures: unknown[] = [];
  const log = openTurnLog(path, {
    mask: unmasked,
    failed: (error) => failures.push(error),
    now: () => 1,
    ...options,
  });
  return { log, failures };
}

async function read(path: string): Promise<TurnLogEntry[]> {
  await using reader = openTurnLogReader(path);
  return await Array.fromAsync(reader.more());
}

test("words come line by line, and what is left of a line before whatever follows", async () => {
  const path = turnLogPath(await directory(), 7);
  const { log } = open(path);
  for (const text of ["I lo", "ok.\nThen", " I"]) log.activity({ kind: "words", text });
  log.activity({ kind: "tool", title: "bash: ls", input: "{}" });
  log.activity({ kind: "thought", text: "Hm" });
  await log[Symbol.asyncDispose]();
  expect(await read(path)).toEqual([
    { at: 1, kind: "words", text: "I look.\n" },
    { at: 1, kind: "words", text: "Then I\n" },
    { at: 1, kind: "tool", title: "bash: ls", input: "{}" },
    { at: 1, kind: "thought", text: "Hm\n" },
  ]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("a secret is masked although it came in two pieces", async () => {
  const path = turnLogPath(await directory(), 7);
  const { log } = open(path, { mask: (text) => text.replaceAll("a-secret-word", "***") });
  log.activity({ kind: "words", text: "It is a-sec" });
  log.activity({ kind: "words", text: "ret-word." });
  await log[Symbol.asyncDispose]();
  expect(await read(path)).toEqual([{ at: 1, kind: "words", text: "It is ***.\n" }]);
});

test("a reader gets what is added, once, and leaves half a line for later", async () => {
  const path = turnLogPath(await directory(), 7);
  await using reader = openTurnLogReader(path);
  expect(await Array.fromAsync(reader.more())).toEqual([]);
  await writeFile(path, '{"at":1,"kind":"note","text":"a"}\n{"at":2,"kind":"no');
  expect(await Array.fromAsync(reader.more())).toMatchObject([{ text: "a" }]);
  await appendFile(path, 'te","text":"ö"}\nnonsense\n{"at":3}\n');
  expect(await Array.fromAsync(reader.more())).toEqual([{ at: 2, kind: "note", text: "ö" }]);
});

test("a log that grows too long says so and ends; the end of the turn still stands in it", async () => {
  const path = turnLogPath(await directory(), 7);
  const { log } = open(path, { mostBytes: 100 });
  for (let count = 0; count < 50; count += 1) log.activity({ kind: "note", text: "x".repeat(60) });
  log.write({ kind: "end", state: "done" });
  await log[Symbol.asyncDispose]();
  const entries = await read(path);
  expect(entries).toHaveLength(4);
  expect(entries.at(-2)).toMatchObject({ text: expect.stringContaining("too long") });
  expect(entries.at(-1)).toMatchObject({ kind: "end" });
});

test("a log that cannot be written is told once, and disturbs nobody", async () => {
  const { log, failures } = open(join(await directory(), "missing", "1.jsonl"));
  for (const text of ["a", "b"]) log.activity({ kind: "note", text });
  await log[Symbol.asyncDispose]();
  expect(failures).toHaveLength(1);
});

test("a log that nothing was added to for 30 days is removed", async () => {
  const logs = await directory();
  for (const id of [1, 2]) await writeFile(turnLogPath(logs, id), "");
  await utimes(turnLogPath(logs, 1), 0, 0);
  await forgetTurnLogs(logs);
  expect(await readdir(logs)).toEqual(["2.jsonl"]);
});
