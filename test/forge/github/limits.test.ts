import { describe, expect, test } from "vitest";
import { heedLimits } from "../../../src/forge/github/limits.ts";
import { AT, forgeAt, issue, REPO } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const PATH = `${REPO}/issues/7`;

async function limitOf(exchange: Omit<Exchange, "path">) {
  await using server = await replay([{ path: PATH, ...exchange }]);
  const asked = forgeAt(server, { now: () => NOW }).issue(AT);
  return await asked.then(
    () => Promise.reject(new Error("no error")),
    (error: Error & { retryAfterMs?: number; code: string }) => error,
  );
}

const primary = (reset: number) => ({
  "x-ratelimit-remaining": "0",
  "x-ratelimit-reset": String(reset),
});

describe("an answer that limits", () => {
  const secondary = { message: "You have exceeded a secondary rate limit." };
  const abuse = {
    message: "Forbidden",
    documentation_url:
      "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits",
  };
  const quick = {
    message: "Validation Failed",
    errors: [{ message: "was submitted too quickly" }],
  };

  test.each<[string, Omit<Exchange, "path">, number]>([
    ["429 without a time", { status: 429 }, 60_000],
    ["429 with a time", { status: 429, headers: { "retry-after": "7" } }, 7000],
    ["403 with a time", { status: 403, headers: { "retry-after": "30" } }, 30_000],
    [
      "until a date",
      { status: 429, headers: { "retry-after": new Date(NOW + 9000).toUTCString() } },
      9000,
    ],
    ["for too long", { status: 429, headers: { "retry-after": "99999999" } }, 3_600_000],
    ["for no time that is one", { status: 429, headers: { "retry-after": "soon" } }, 60_000],
    ["403 for the hour", { status: 403, headers: primary(NOW / 1000 + 100) }, 101_000],
    ["429 for the hour", { status: 429, headers: primary(NOW / 1000 + 100) }, 101_000],
    ["an hour that is over", { status: 403, headers: primary(NOW / 1000 - 100) }, 0],
    ["403 in words", { status: 403, answer: secondary }, 60_000],
    ["403 by its documentation", { status: 403, answer: abuse }, 60_000],
    ["422 for being too quick", { status: 422, answer: quick }, 60_000],
  ])("%s", async (_, exchange, retryAfterMs) => {
    expect(await limitOf(exchange)).toMatchObject({
      code: "unavailable",
      message: "GitHub limits how often it is asked.",
      retryAfterMs,
      needsOperator: false,
    });
  });

  test.each<[string, Omit<Exchange, "path">]>([
    ["403 for a missing right", { status: 403, headers: { "x-ratelimit-remaining": "10" } }],
    ["403 of what is no JSON", { status: 403, answer: "<html>secondary rate limit" }],
  ])("is not %s", async (_, exchange) => {
    expect(await limitOf(exchange)).toMatchObject({ code: "forbidden" });
  });
});

test("while it is limited nothing is asked, and then again", async () => {
  let now = NOW;
  await using server = await replay([
    { path: PATH, status: 429, headers: { "retry-after": "60" }, once: true },
    { path: PATH, answer: issue() },
  ]);
  const forge = forgeAt(server, { now: () => now });
  await expect(forge.issue(AT)).rejects.toMatchObject({ retryAfterMs: 60_000 });
  now += 20_000;
  await expect(forge.issue(AT)).rejects.toMatchObject({ retryAfterMs: 40_000 });
  await expect(forge.createComment(AT, "x")).rejects.toMatchObject({ code: "unavailable" });
  expect(server.asked).toHaveLength(1);
  now += 40_000;
  expect(await forge.issue(AT)).toMatchObject({ number: 7 });
});

test("a shorter limit does not end a longer one", async () => {
  const answers = ["60", "5"].map(
    (after) => new Response(null, { status: 429, headers: { "retry-after": after } }),
  );
  const send = heedLimits(
    async () => answers.shift() ?? new Response(),
    () => NOW,
  );
  const both = await Promise.allSettled([send("https://x.test/1"), send("https://x.test/2")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await expect(send("https://x.test/3")).rejects.toMatchObject({ retryAfterMs: 60_000 });
});
