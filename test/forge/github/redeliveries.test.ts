import { expect, test } from "vitest";
import { createGitHub } from "../../../src/forge/github.ts";
import { PKCS8, signed } from "./keys.ts";
import type { Part } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const SINCE = Date.parse("2026-01-02T03:00:00Z");

function attempt(id: number, guid: string, status_code: number, minute = 5) {
  return {
    id,
    guid,
    status_code,
    status: status_code === 200 ? "OK" : "failed",
    delivered_at: new Date(SINCE + minute * 60_000).toISOString(),
    redelivery: false,
    event: "issue_comment",
  } satisfies Part<"hook-delivery-item">;
}

function appAt({ url }: { url: string }) {
  return createGitHub({ url, auth: { kind: "app", id: 77, privateKey: PKCS8 } });
}

function again(id: number | string, status = 202): Exchange {
  return { method: "POST", path: `/app/hook/deliveries/${id}/attempts`, status };
}

test("asks for what failed last, oldest first, page by page", async () => {
  const next = '<https://x.test/app/hook/deliveries?per_page=100&cursor=v1_9>; rel="next"';
  await using server = await replay([
    {
      path: "/app/hook/deliveries?per_page=100",
      headers: { link: next },
      answer: [
        attempt(9, "made-good", 200),
        attempt(8, "failed", 502),
        attempt(7, "made-good", 500),
      ],
    },
    {
      path: "/app/hook/deliveries?per_page=100&cursor=v1_9",
      answer: [
        attempt(6, "unreached", 0),
        attempt(5, "failed", 200),
        attempt(4, "refused", 401, 1),
        attempt(3, "before", 500, -1),
        attempt(2, "long-before", 500, 2),
      ],
    },
    again(4),
    again(6),
    again(8),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toBe(3);
  expect(server.asked.slice(2).map((one) => one.replace(/\D/g, ""))).toEqual(["4", "6", "8"]);
  expect(signed(server.authorizations.at(-1))).toMatchObject({ iss: 77 });
});

test("counts only what GitHub takes", async () => {
  await using server = await replay([
    {
      path: "/app/hook/deliveries?per_page=100",
      answer: [attempt(2, "a", 500), attempt(1, "b", 500)],
    },
    again(1, 422),
    again(2),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toBe(1);
});

test("knows numbers beyond what JavaScript's hold", async () => {
  const [one] = [attempt(1, "a", 500)];
  const answer = JSON.stringify([one]).replace('"id":1,', '"id":9007199254740995123,');
  await using server = await replay([
    { path: "/app/hook/deliveries?per_page=100", answer },
    again("9007199254740995123"),
  ]);
  expect(await appAt(server).resendFailed?.(SINCE)).toBe(1);
});

test("is bounded, in pages and in what is sent again", async () => {
  const link = '<https://x.test/app/hook/deliveries?cursor=c>; rel="next"';
  const page = (path: string, from: number): Exchange => ({
    path,
    headers: { link },
    answer: Array.from({ length: 100 }, (_, at) => attempt(from + at, `${from + at}`, 500)),
  });
  const path = "/app/hook/deliveries?per_page=100";
  const pages = [
    page(path, 1000),
    ...Array.from({ length: 9 }, (_, at) => ({
      ...page(`${path}&cursor=c`, at * 100 + 1),
      once: true,
    })),
  ];
  const all = Array.from({ length: 1100 }, (_, at) => again(at + 1));
  await using server = await replay([...pages, ...all]);
  expect(await appAt(server).resendFailed?.(SINCE)).toBe(100);
  expect(server.asked).toHaveLength(110);
});
