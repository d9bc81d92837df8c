import { expect, test } from "vitest";
import { createGitHub } from "../../../src/forge/github.ts";
import { PKCS8, signed } from "./keys.ts";
import type { Part } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const SINCE = Date.parse("2026-01-02T03:00:00Z");

function attempt(
  id: number,
  guid: string,
  status_code: number,
  { minute = 5, ...more }: { minute?: number } & Partial<Part<"hook-delivery-item">> = {},
) {
  return {
    id,
    guid,
    status_code,
    status: status_code === 200 ? "OK" : "failed",
    delivered_at: new Date(SINCE + minute * 60_000).toISOString(),
    redelivery: false,
    event: "issue_comment",
    action: "created",
    ...more,
  } satisfies Part<"hook-delivery-item">;
}

const LIST = "/app/hook/deliveries?per_page=100";

function appAt({ url }: { url: string }) {
  return createGitHub({ url, auth: { kind: "app", id: 77, privateKey: PKCS8 } });
}

function again(id: number | string, status = 202): Exchange {
  return { method: "POST", path: `/app/hook/deliveries/${id}/attempts`, status };
}

test("asks for what failed, oldest first, page by page", async () => {
  const next = '<https://x.test/app/hook/deliveries?per_page=100&cursor=v1_9>; rel="next"';
  await using server = await replay([
    {
      path: LIST,
      headers: { link: next },
      answer: [
        attempt(9, "made-good", 200, { redelivery: true }),
        attempt(8, "failed", 502, { redelivery: true }),
        attempt(7, "made-good", 500),
      ],
    },
    {
      path: `${LIST}&cursor=v1_9`,
      answer: [
        attempt(6, "unreached", 0),
        attempt(5, "failed", 500),
        attempt(4, "refused", 401, { minute: 1 }),
        attempt(3, "before", 500, { minute: -1 }),
        attempt(2, "long-before", 500, { minute: 2 }),
      ],
    },
    again(4),
    again(6),
    again(8),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toEqual({ resent: 3, left: 0, isWhole: true });
  expect(server.asked.slice(2).map((one) => one.replace(/\D/g, ""))).toEqual(["4", "6", "8"]);
  expect(signed(server.authorizations.at(-1))).toMatchObject({ iss: 77 });
});

test("counts only what GitHub takes", async () => {
  await using server = await replay([
    { path: LIST, answer: [attempt(2, "a", 500), attempt(1, "b", 500)] },
    again(1, 422),
    again(2),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toMatchObject({ resent: 1, left: 0 });
});

test("what fails each time is sent again three times, and never when it cannot be told how often", async () => {
  const redelivery = true;
  await using server = await replay([
    {
      path: LIST,
      answer: [
        attempt(8, "thrice", 500, { redelivery }),
        attempt(7, "thrice", 500, { redelivery }),
        attempt(6, "unknown", 500, { redelivery }),
        attempt(5, "thrice", 500, { redelivery }),
        attempt(4, "twice", 500, { redelivery }),
        attempt(3, "twice", 500, { redelivery }),
        attempt(2, "twice", 500),
        attempt(1, "thrice", 500),
      ],
    },
    again(4),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toMatchObject({ resent: 1, left: 0 });
});

test("nothing is sent again of which nothing would come", async () => {
  await using server = await replay([
    {
      path: LIST,
      answer: [
        attempt(6, "a", 500, { event: "push", action: null }),
        attempt(5, "b", 500, { event: "issues", action: "pinned" }),
        attempt(4, "c", 500, { event: "constructor", action: "created" }),
        attempt(3, "d", 500, { event: "installation" }),
        attempt(2, "e", 500, { event: "issues", action: "labeled" }),
        attempt(1, "f", 500, { event: "pull_request", action: "closed" }),
      ],
    },
    again(1),
    again(2),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toMatchObject({ resent: 2, left: 0 });
});

test("knows numbers beyond what JavaScript's hold", async () => {
  const [one] = [attempt(1, "a", 500)];
  const answer = JSON.stringify([one]).replace('"id":1,', '"id":9007199254740995123,');
  await using server = await replay([
    { path: "/app/hook/deliveries?per_page=100", answer },
    again("9007199254740995123"),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toMatchObject({ resent: 1 });
});

test("is bounded, in pages and in what is sent again, and says so", async () => {
  const link = '<https://x.test/app/hook/deliveries?cursor=c>; rel="next"';
  const page = (path: string, from: number): Exchange => ({
    path,
    headers: { link },
    answer: Array.from({ length: 100 }, (_, at) => attempt(from - at, `${from - at}`, 500)),
    once: true,
  });
  const pages = Array.from({ length: 50 }, (_, at) =>
    page(at === 0 ? LIST : `${LIST}&cursor=c`, 5000 - at * 100),
  );
  const all = Array.from({ length: 100 }, (_, at) => again(at + 1));
  await using server = await replay([...pages, ...all]);
  expect(await appAt(server).resendFailed?.(SINCE)).toEqual({
    resent: 100,
    left: 4900,
    isWhole: false,
  });
  expect(server.asked).toHaveLength(150);
});

test("what GitHub refuses to send again does not keep the rest from being sent", async () => {
  const answer = Array.from({ length: 100 }, (_, at) => attempt(200 - at, `${200 - at}`, 500));
  await using server = await replay([
    { path: LIST, answer: [...answer, attempt(100, "refused", 500)] },
    again(100, 404),
    ...answer.map(({ id }) => again(Number(id))),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toMatchObject({ resent: 100, left: 0 });
});
