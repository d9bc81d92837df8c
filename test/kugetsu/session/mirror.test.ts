import { expect, test } from "vitest";
import { parseRef } from "../../../src/kugetsu/ref.ts";
import { existingMirror, fetchMirror } from "../../../src/kugetsu/session/mirror.ts";
import { openDesk } from "./core.ts";

const { signal } = new AbortController();

test("two repositories whose names sanitize alike get two mirrors", async () => {
  await using one = await openDesk({ "one.txt": "1\n" });
  await using other = await openDesk({ "other.txt": "2\n" });
  const refs = [
    parseRef("git.example.com/ann/calc-js#1"),
    parseRef("git.example.com/ann-calc/js#1"),
  ] as const;
  const fetch = async (ref: (typeof refs)[number], { url }: typeof one) =>
    fetchMirror(one.core, { ref }, { url, credentials: undefined }, signal);
  const first = await fetch(refs[0], one);
  const second = await fetch(refs[1], other);
  expect(second.path).not.toBe(first.path);
  expect(await first.head("main")).toBe(one.remote("main"));
  expect(await second.head("main")).toBe(other.remote("main"));
  expect((await existingMirror(one.core, { ref: refs[0] }))?.path).toBe(first.path);
  expect((await existingMirror(one.core, { ref: refs[1] }))?.path).toBe(second.path);
});

test("all issues of a repository share its mirror", async () => {
  await using desk = await openDesk();
  const source = { url: desk.url, credentials: undefined };
  const mirrors = ["#1", "#2", "#-discuss"].map(async (issue) =>
    fetchMirror(desk.core, { ref: parseRef(`git.example.com/ann/calc${issue}`) }, source, signal),
  );
  expect(new Set((await Promise.all(mirrors)).map(({ path }) => path)).size).toBe(1);
});

test("a repository that was never fetched has none", async () => {
  await using desk = await openDesk();
  const ref = parseRef("git.example.com/ann/calc#1");
  expect(await existingMirror(desk.core, { ref })).toBeUndefined();
});

test("a repository that has taken over the name of another gets a mirror of its own", async () => {
  await using one = await openDesk({ "private.txt": "1\n" });
  await using other = await openDesk({ "public.txt": "2\n" });
  const ref = parseRef("git.example.com/ann/calc#1");
  const at = ({ url }: typeof one) => ({ url, credentials: undefined });
  const first = await fetchMirror(one.core, { ref, repositoryId: 1 }, at(one), signal);
  const second = await fetchMirror(one.core, { ref, repositoryId: 2 }, at(other), signal);
  expect(second.path).not.toBe(first.path);
  expect(await second.heads()).toEqual(new Map([["main", other.remote("main")]]));
});
