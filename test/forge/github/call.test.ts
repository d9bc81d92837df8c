import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { KugetsuError } from "../../../src/kugetsu/errors.ts";
import { createGitHub } from "../../../src/forge/github.ts";
import { AT, forgeAt, REPO, TOKEN } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

async function errorOf(exchange: Omit<Exchange, "path">): Promise<KugetsuError> {
  await using server = await replay([{ path: `${REPO}/issues/7`, ...exchange }]);
  return await forgeAt(server)
    .issue(AT)
    .then(
      () => Promise.reject(new Error("no error")),
      (error: KugetsuError) => error,
    );
}

describe("a refusal", () => {
  test.each<[number, string]>([
    [400, "failed"],
    [401, "unavailable"],
    [403, "forbidden"],
    [404, "not_found"],
    [409, "conflict"],
    [410, "not_found"],
    [422, "failed"],
    [451, "failed"],
    [500, "unavailable"],
    [502, "unavailable"],
    [503, "unavailable"],
  ])("%d is %s", async (status, code) => {
    const error = await errorOf({ status, answer: { message: `secret ${TOKEN}` } });
    expect(error).toMatchObject({
      code,
      message: `Could not read the issue: the forge answered ${status}.`,
      needsOperator: status === 401,
    });
    expect(error.hint ?? "").not.toContain("secret");
  });

  test.each<[string, number, Record<string, string>, RegExp]>([
    ["a wrong token", 401, {}, /does not accept the bot's credentials/],
    [
      "a missing scope",
      403,
      { "x-oauth-scopes": "gist, read:org", "x-accepted-oauth-scopes": "repo, public_repo" },
      /lacks one of these scopes: repo, public_repo\./,
    ],
    [
      "no scope at all, where nothing is found",
      404,
      { "x-oauth-scopes": "", "x-accepted-oauth-scopes": "repo" },
      /lacks one of these scopes: repo\./,
    ],
    [
      "a missing permission",
      403,
      { "x-accepted-github-permissions": "issues=write; pull_requests=write" },
      /further permission here: issues=write; pull_requests=write\./,
    ],
    [
      "a right of the account",
      403,
      { "x-oauth-scopes": "repo", "x-accepted-oauth-scopes": "repo" },
      /account may not do this/,
    ],
    ["a hostile header", 403, { "x-accepted-github-permissions": "<b>" }, /may not do this/],
  ])("for %s says what to do", async (_, status, headers, hint) => {
    expect((await errorOf({ status, headers })).hint).toMatch(hint);
  });

  test("keeps GitHub's words for the log, on one line and short, and no token", async () => {
    const message = `a\n\u001b[31mb${"x".repeat(1000)}`;
    const error = await errorOf({ status: 403, answer: { message } });
    expect(String(error.cause)).toMatch(/^Error: 403 a \[31mbx{100,300}$/);
    expect(JSON.stringify(error)).not.toContain(TOKEN);
  });

  test("asks to wait", async () => {
    const error = await errorOf({ status: 503, headers: { "retry-after": "7" } });
    expect(error).toMatchObject({ code: "unavailable", retryAfterMs: 7000 });
  });
});

test.each<[string, unknown]>([
  ["a page", "<!doctype html>"],
  ["nothing", ""],
  ["a list", []],
  ["another object", { hello: "world" }],
])("an answer that is %s may be another one later", async (_, answer) => {
  expect(await errorOf({ answer })).toMatchObject({ code: "unavailable" });
});

test("a GitHub that cannot be reached may be later", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  const forge = forgeAt({ url: `http://127.0.0.1:${port}` });
  await expect(forge.issue(AT)).rejects.toMatchObject({
    code: "unavailable",
    message: "The forge could not be reached.",
  });
});

test("a GitHub that does not answer is given up on", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const forge = createGitHub({
    url: `http://127.0.0.1:${port}`,
    auth: { kind: "token", token: TOKEN },
    timeoutMs: 50,
  });
  await expect(forge.issue(AT)).rejects.toMatchObject({
    code: "unavailable",
    message: "The forge did not answer within 0.05 s.",
  });
  server.close();
});
