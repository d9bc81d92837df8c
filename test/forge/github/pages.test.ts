import { expect, test } from "vitest";
import { fromTheEnd, nextCursor } from "../../../src/forge/github/pages.ts";

async function pagesRead(last: number | undefined, maxPages: number, enough = Number.MAX_VALUE) {
  const read: number[] = [];
  const taken: unknown[] = [];
  const link = last === undefined ? undefined : `<https://x.test/?page=${last}>; rel="last"`;
  await fromTheEnd(
    "read",
    async (page) => {
      read.push(page);
      return { status: 200, data: [page], headers: { link } };
    },
    maxPages,
    (items) => {
      taken.push(...items);
      return taken.length >= enough;
    },
  );
  return { read, taken };
}

const noList = async () => ({ status: 200, data: {}, headers: {} });

test.each<[string, number | undefined, number, number[], number[]]>([
  ["one page", undefined, 3, [1], [1]],
  ["two", 2, 3, [1, 2], [2, 1]],
  ["as many as are read", 3, 3, [1, 3, 2], [3, 2, 1]],
  ["more than are read", 9, 3, [1, 9, 8, 7], [9, 8, 7]],
  ["no number", Number.NaN, 3, [1], [1]],
])("of %s", async (_, last, maxPages, read, taken) => {
  expect(await pagesRead(last, maxPages)).toEqual({ read, taken });
});

test("ends when there is enough", async () => {
  expect(await pagesRead(9, 5, 2)).toEqual({ read: [1, 9, 8], taken: [9, 8] });
});

test("a page that is no list is not understood", async () => {
  await expect(fromTheEnd("read", noList, 1, () => false)).rejects.toMatchObject({
    code: "unavailable",
  });
});

test.each<[unknown, string | undefined]>([
  ['<https://x.test/?cursor=a>; rel="prev", <https://x.test/?cursor=b&x=1>; rel="next"', "b"],
  ['<https://x.test/?page=2>; rel="next"', undefined],
  ['<nothing>; rel="next"', undefined],
  ['<https://x.test/?cursor=a>; rel="last"', undefined],
  [undefined, undefined],
])("goes on after %j at %j", (link, cursor) => {
  expect(nextCursor(link)).toBe(cursor);
});
