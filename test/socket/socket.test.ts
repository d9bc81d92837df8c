import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import { answerError } from "../../src/socket/answer.ts";
import { listenOnSocket } from "../../src/socket/listen.ts";
import { askSocket } from "../../src/socket/request.ts";

async function directory(...below: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "kugetsu-socket-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const path = join(root, ...below);
  await mkdir(path, { recursive: true });
  return path;
}

function app() {
  const unknown: unknown[] = [];
  const hono = new Hono();
  hono.post("/echo", async (c) => c.json({ got: await c.req.json() }));
  hono.post("/known", () => {
    throw new KugetsuError("conflict", "It runs already.", { hint: "Stop it." });
  });
  hono.post("/unknown", () => {
    throw new Error("an inside word");
  });
  hono.onError((error, c) => answerError(c, error, (other) => unknown.push(other)));
  return { fetch: (request: Request) => hono.fetch(request), unknown };
}

test.for([[], Array.from({ length: 5 }, () => "a-rather-long-name-of-a-directory")])(
  "a question reaches a socket of its owner's alone, however deep it lies (%#)",
  async (below) => {
    const file = join(await directory(...below), "kugetsu.sock");
    await using _listening = await listenOnSocket(file, app().fetch);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await askSocket(file, "/echo", { a: "ö" })).toEqual({ got: { a: "ö" } });
  },
);

test("an error crosses with its words and what to do; the inside of an unknown one does not", async () => {
  const file = join(await directory(), "kugetsu.sock");
  const { fetch, unknown } = app();
  await using _listening = await listenOnSocket(file, fetch);
  await expect(askSocket(file, "/known", {})).rejects.toMatchObject({
    code: "conflict",
    message: "It runs already.",
    hint: "Stop it.",
  });
  await expect(askSocket(file, "/unknown", {})).rejects.toMatchObject({
    code: "internal",
    message: expect.not.stringContaining("inside"),
  });
  expect(unknown).toHaveLength(1);
});

test("nobody answers where there is no socket, a dead one, or another kind of file", async () => {
  const at = await directory();
  expect(await askSocket(join(at, "none.sock"), "/echo", {})).toBeUndefined();
  expect(await askSocket(join(at, "no", "such", "x".repeat(120)), "/echo", {})).toBeUndefined();
  await writeFile(join(at, "file.sock"), "");
  expect(await askSocket(join(at, "file.sock"), "/echo", {})).toBeUndefined();
});

test("a socket that a dead process left is replaced", async () => {
  const file = join(await directory(), "kugetsu.sock");
  await writeFile(file, "");
  await using _listening = await listenOnSocket(file, app().fetch);
  expect(await askSocket(file, "/echo", {})).toEqual({ got: {} });
});

test("a server that breaks off in the middle is told as one that did not answer", async () => {
  const file = join(await directory(), "kugetsu.sock");
  const server = createServer((connection) => {
    connection.once("data", () => connection.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"));
  });
  server.listen(file);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  await expect(askSocket(file, "/echo", {})).rejects.toMatchObject({ code: "unavailable" });
});
