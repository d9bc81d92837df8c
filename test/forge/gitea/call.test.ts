import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createGitea } from "../../../src/forge/gitea.ts";
import type { KugetsuError } from "../../../src/kugetsu/errors.ts";
import { captured, type CapturedAnswer, replay } from "./captured.ts";

const TOKEN = "0123456789abcdef0123456789abcdef01234567";
const USER = { method: "GET", path: "/api/v1/user" };

async function errorOf(answer: Omit<CapturedAnswer, "method" | "path">): Promise<KugetsuError> {
  await using server = await replay([{ ...USER, ...answer }]);
  return await createGitea({ url: server.url, token: TOKEN })
    .self()
    .then(
      () => Promise.reject(new Error("no error")),
      (error: KugetsuError) => error,
    );
}

async function redirected(status: number, location: string | undefined) {
  const headers = location === undefined ? {} : { location };
  const path = "/api/v1/repos/olivia/shop/issues/1/comments";
  const store = path.replace("shop", "store");
  const answers = [
    { method: "POST", path, status, headers, body: "" },
    captured("067", { path: store }),
    captured("067", { method: "GET", path: store }),
    captured("067", { path: "/login" }),
  ];
  await using server = await replay(answers);
  const forge = createGitea({ url: server.url, token: TOKEN });
  const posted = forge.createComment({ owner: "olivia", name: "shop", number: 1 }, "x");
  const id = await posted.catch((error: KugetsuError) => error.code);
  return { id, asked: server.asked, bodies: server.bodies };
}

async function serve(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

describe("a refusal", () => {
  test.each<[number, string]>([
    [400, "failed"],
    [401, "unavailable"],
    [403, "forbidden"],
    [404, "not_found"],
    [405, "failed"],
    [409, "conflict"],
    [413, "failed"],
    [422, "failed"],
    [423, "forbidden"],
    [429, "unavailable"],
    [500, "unavailable"],
    [502, "unavailable"],
    [503, "unavailable"],
  ])("%d is %s", async (status, code) => {
    const message = `secret ${TOKEN}`;
    const error = await errorOf({ status, body: { message } });
    expect(error).toMatchObject({
      code,
      message: `Could not ask whose token this is: the forge answered ${status}.`,
    });
    expect(error.hint ?? "").not.toContain("secret");
  });

  test.each<[string, string, RegExp]>([
    ["000", "unavailable", /must-change-password --unset/],
    ["003", "unavailable", /does not accept the bot's token/],
    ["004", "unavailable", /does not accept the bot's token/],
    ["005", "forbidden", /lacks the scope read:user\./],
  ])("%s advises what to do", async (file, code, hint) => {
    const error = await errorOf(captured(file));
    expect(error).toMatchObject({ code });
    expect(error.hint).toMatch(hint);
  });

  test.each(["000", "003"])(
    "%s of the bot's account as such is worth another try later",
    async (file) => {
      expect(await errorOf(captured(file))).toMatchObject({
        code: "unavailable",
        retryAfterMs: 60_000,
        needsOperator: true,
      });
      expect(await errorOf(captured("005"))).toMatchObject({ needsOperator: false });
    },
  );

  test("keeps the forge's words for the log, on one line and short", async () => {
    const error = await errorOf({
      status: 403,
      body: { message: `a\n\u001b[31mb${"x".repeat(1000)}` },
    });
    expect(String(error.cause)).toMatch(/^Error: 403 a \[31mbx{100,300}$/);
  });

  test("with a message that is none is still one", async () => {
    for (const body of ["", "<html>", null, [], { message: 5 }, { message: { deep: true } }]) {
      expect(await errorOf({ status: 403, body })).toMatchObject({ code: "forbidden" });
    }
  });

  test.each<[string, number | undefined]>([
    ["7", 7000],
    ["0", 0],
    ["99999999", 3_600_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["soon", undefined],
  ])("asks to wait: %s", async (header, retryAfterMs) => {
    expect(
      await errorOf({ status: 429, headers: { "retry-after": header }, body: {} }),
    ).toMatchObject({ code: "unavailable", retryAfterMs });
  });

  test("asks to wait until a date", async () => {
    const header = new Date(Date.now() + 60_000).toUTCString();
    const error = await errorOf({ status: 503, headers: { "retry-after": header }, body: {} });
    expect(error.retryAfterMs).toBeGreaterThan(50_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});

describe("an answer that is not understood", () => {
  test.each<[string, unknown]>([
    ["a page", "<!doctype html><title>Checking your browser</title>"],
    ["nothing", ""],
    ["a list", []],
    ["another object", { hello: "world" }],
    ["null", "null"],
    ["an id of another kind", { id: "6", login: "kugetsu-bot" }],
    ["a login with a path", { id: 6, login: "../x" }],
  ])("may be another one later: %s", async (_, body) => {
    expect(await errorOf({ status: 200, body })).toMatchObject({
      code: "unavailable",
      message: "Could not ask whose token this is: the forge's answer was not understood.",
    });
  });
});

describe("a redirect", () => {
  test.each([301, 302, 307, 308])("%d inside the API keeps method and body", async (status) => {
    expect(await redirected(status, "/api/v1/repos/olivia/store/issues/1/comments")).toEqual({
      id: 19,
      asked: [
        "POST /api/v1/repos/olivia/shop/issues/1/comments",
        "POST /api/v1/repos/olivia/store/issues/1/comments",
      ],
      bodies: [{ body: "x" }, { body: "x" }],
    });
  });

  test.each<[string, number, string | undefined]>([
    ["to a page of the same host", 302, "/login"],
    ["out of the API", 307, "/api/v1/../../login"],
    ["that changes the method", 303, "/api/v1/repos/olivia/store/issues/1/comments"],
    ["to nowhere", 302, undefined],
    ["to no address", 302, "http://"],
    ["to another scheme", 302, "file:///etc/passwd"],
  ])("%s is not followed", async (_, status, location) => {
    expect(await redirected(status, location)).toMatchObject({
      id: "failed",
      asked: ["POST /api/v1/repos/olivia/shop/issues/1/comments"],
    });
  });

  test("to look elsewhere is followed by what only reads", async () => {
    const elsewhere = { location: "/api/v1/users/kugetsu-bot" };
    await using server = await replay([
      { ...USER, status: 303, headers: elsewhere, body: "" },
      captured("001", { path: "/api/v1/users/kugetsu-bot" }),
    ]);
    const bot = await createGitea({ url: server.url, token: TOKEN }).self();
    expect(bot).toMatchObject({ login: "kugetsu-bot" });
  });

  test("in a circle ends", async () => {
    const result = await redirected(307, "/api/v1/repos/olivia/shop/issues/1/comments");
    expect(result).toMatchObject({ id: "failed" });
    expect(result.asked).toHaveLength(4);
  });

  test("never takes the token to another host", async () => {
    await using other = await replay([captured("001")]);
    const error = await errorOf({
      status: 302,
      headers: { location: `${other.url}/api/v1/user` },
      body: "",
    });
    expect(error).toMatchObject({ code: "failed" });
    expect(other.asked).toEqual([]);
  });
});

describe("a forge that", () => {
  test("cannot be reached may be later", async () => {
    const { url } = await serve(() => {}).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    await expect(createGitea({ url, token: TOKEN }).self()).rejects.toMatchObject({
      code: "unavailable",
      message: "The forge could not be reached.",
    });
  });

  test("does not answer is given up on", async () => {
    await using server = await serve(() => {});
    const forge = createGitea({ url: server.url, token: TOKEN, timeoutMs: 100 });
    await expect(forge.self()).rejects.toMatchObject({
      code: "unavailable",
      message: "The forge did not answer within 0.1 s.",
    });
  });

  test("stops in the middle of its answer is given up on", async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"id": 6, "login":');
    });
    const forge = createGitea({ url: server.url, token: TOKEN, timeoutMs: 200 });
    await expect(forge.self()).rejects.toMatchObject({
      code: "unavailable",
      message: "The forge did not answer within 0.2 s.",
    });
  });

  test("breaks off its answer may give it later", async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{", () => response.destroy());
    });
    await expect(createGitea({ url: server.url, token: TOKEN }).self()).rejects.toMatchObject({
      code: "unavailable",
    });
  });

  test("sends without end is stopped", async () => {
    await using server = await serve((_, response) => {
      const chunk = Buffer.alloc(1 << 20, " ");
      const more = () => {
        while (response.write(chunk));
      };
      response.on("drain", more);
      more();
    });
    await expect(createGitea({ url: server.url, token: TOKEN }).self()).rejects.toMatchObject({
      code: "failed",
      message: "The forge's answer is too large.",
    });
  });
});
