import { expect, test } from "vitest";
import type { Answer } from "../../../src/forge/github/call.ts";
import { readSince } from "../../../src/forge/github/since.ts";

interface Item {
  readonly id: number;
  readonly updatedAt: string;
}

const START = Date.parse("2026-01-02T03:04:00Z");

function moment(second: number): string {
  return new Date(START + second * 1000).toISOString();
}

/** A list of the forge that is sorted by the last change, and may change between two reads. */
function listOf(items: Item[], afterRead: () => void = () => {}) {
  const asked: { since: string; page: number }[] = [];
  const read = async (query: { since: string; page: number }): Promise<Answer> => {
    asked.push(query);
    const data = items
      .filter(({ updatedAt }) => Date.parse(updatedAt) >= Date.parse(query.since))
      .toSorted((a, b) => a.updatedAt.localeCompare(b.updatedAt))
      .slice((query.page - 1) * 100, query.page * 100);
    afterRead();
    return { status: 200, data, headers: {} };
  };
  return { asked, read };
}

async function readAll(
  read: (query: { since: string; page: number }) => Promise<Answer>,
  maxPages = 10,
) {
  return await readSince({
    what: "read",
    since: moment(0),
    maxPages,
    read,
    item: (data) => data as Item,
    key: ({ id }) => id,
  });
}

const numbered = (count: number, second: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => ({ id: at + 1, updatedAt: moment(second(at)) }));

test("asks from a second before, and drops what is older", async () => {
  const items = [{ id: 9, updatedAt: moment(-1) }, ...numbered(2, (at) => at)];
  const { asked, read } = listOf(items);
  const { items: found, complete, pages } = await readAll(read);
  expect(found.map(({ id }) => id)).toEqual([1, 2]);
  expect([complete, pages]).toEqual([true, 1]);
  expect(asked).toEqual([{ since: "2026-01-02T03:03:59Z", page: 1 }]);
});

test("reads all of many, each once", async () => {
  const { asked, read } = listOf(numbered(250, (at) => at));
  const { items, complete } = await readAll(read);
  expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 250 }, (_, at) => at + 1));
  expect(complete).toBe(true);
  expect(asked.every(({ page }) => page === 1)).toBe(true);
});

test("misses nothing that is pushed forward while it reads", async () => {
  const items = numbered(150, (at) => at);
  const { read } = listOf(items, () => {
    // One of those that were read is changed again, and all behind it move up by one.
    const first = items.shift();
    if (first !== undefined) items.push({ ...first, updatedAt: moment(1000) });
  });
  const found = await readAll(read);
  expect(new Set(found.items.map(({ id }) => id)).size).toBe(150);
});

test("turns pages where one moment fills more than one", async () => {
  const { asked, read } = listOf(numbered(250, () => 5));
  expect((await readAll(read)).items).toHaveLength(250);
  expect(asked.map(({ page }) => page)).toEqual([1, 1, 2, 3]);
});

test("ends after so many pages, and says that there is more", async () => {
  const { asked, read } = listOf(numbered(1000, (at) => at));
  const { items, complete } = await readAll(read, 2);
  expect(asked).toHaveLength(2);
  expect(complete).toBe(false);
  expect(items.at(-1)?.id).toBeLessThan(201);
});

test("passes over what it cannot read", async () => {
  const { items } = await readSince({
    what: "read",
    since: moment(0),
    maxPages: 1,
    read: async () => ({ status: 200, data: [null, { id: 1, updatedAt: moment(1) }], headers: {} }),
    item: (data) => (data === null ? undefined : (data as Item)),
    key: ({ id }) => id,
  });
  expect(items).toEqual([{ id: 1, updatedAt: moment(1) }]);
});
