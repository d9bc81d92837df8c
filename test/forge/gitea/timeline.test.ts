import { expect, test } from "vitest";
import { createGitea } from "../../../src/forge/gitea.ts";
import { captured, replay } from "./captured.ts";

const ISSUE = { owner: "olivia", name: "shop", number: 1 };
const OLIVIA = { id: 1, login: "olivia" };
const BOT = { id: 6, login: "kugetsu-bot" };

const entries = captured("075").body as { id: number }[];

async function forge(body: unknown = entries) {
  const server = await replay([captured("075", { body })]);
  const gitea = createGitea({ url: server.url, token: "t" });
  return { gitea, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("tells who took a label away last", async () => {
  await using at = await forge();
  expect(await at.gitea.lastLabelling(ISSUE, "kugetsu")).toEqual({
    id: 4,
    isSet: false,
    actor: OLIVIA,
    at: "2026-11-22T17:20:05.000Z",
  });
});

test("tells who set a label last, in whatever order the entries come", async () => {
  await using at = await forge(entries.slice(0, 3).toReversed());
  expect(await at.gitea.lastLabelling(ISSUE, "kugetsu")).toMatchObject({ id: 2, isSet: true });
});

test("a label that nobody set is undefined, and one of another case is the same", async () => {
  await using at = await forge();
  expect(await at.gitea.lastLabelling(ISSUE, "later")).toBeUndefined();
  expect(await at.gitea.lastLabelling(ISSUE, "Kugetsu")).toMatchObject({ id: 4 });
});

test("tells who assigned or unassigned somebody last, by the account's id", async () => {
  await using whole = await forge();
  expect(await whole.gitea.lastAssignment(ISSUE, BOT)).toMatchObject({ id: 7, isSet: false });
  await using before = await forge(entries.slice(0, 6));
  expect(await before.gitea.lastAssignment(ISSUE, BOT)).toEqual({
    id: 6,
    isSet: true,
    actor: OLIVIA,
    at: "2026-11-22T17:20:12.000Z",
  });
  expect(await before.gitea.lastAssignment(ISSUE, { ...BOT, id: 66 })).toBeUndefined();
});

test("a deleted account's act is nobody's, a deleted label is none", async () => {
  await using ghost = await forge(entriesWith({ user: null }));
  expect(await ghost.gitea.lastLabelling(ISSUE, "kugetsu")).toMatchObject({ actor: { id: -1 } });
  await using gone = await forge(entriesWith({ label: null }));
  expect(await gone.gitea.lastLabelling(ISSUE, "kugetsu")).toMatchObject({ id: 2 });
});

test("an issue without any history is answered with null", async () => {
  await using at = await forge(null);
  expect(await at.gitea.lastLabelling(ISSUE, "kugetsu")).toBeUndefined();
});

test("an answer that is no list is not understood", async () => {
  await using at = await forge({ entries });
  await expect(at.gitea.lastLabelling(ISSUE, "kugetsu")).rejects.toMatchObject({
    code: "unavailable",
  });
});

/** With a change to the entry that took the label away. */
function entriesWith(change: object) {
  const [first = {}, ...others] = entries.toSorted(
    (a, b) => Number(b.id === 4) - Number(a.id === 4),
  );
  return [{ ...first, ...change }, ...others];
}
