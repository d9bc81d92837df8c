import { expect, test } from "vitest";
import { createGitea } from "../../../src/forge/gitea.ts";
import { captured, type CapturedAnswer, replay } from "./captured.ts";

const WALTER = { id: 2, login: "walter" };
const USER = get("/api/v1/users/walter", 200, { ...WALTER });
const ORGANIZATION = "/api/v1/orgs/acme";
const SEARCH = `${ORGANIZATION}/teams/search`;

function get(path: string, status: number, body: unknown = {}): CapturedAnswer {
  return { method: "GET", path, status, body };
}

function search(...names: string[]): CapturedAnswer {
  return get(SEARCH, 200, { ok: true, data: names.map((name, at) => ({ id: at + 1, name })) });
}

async function named(word: string, answers: readonly CapturedAnswer[], person = WALTER) {
  await using server = await replay(answers);
  const forge = createGitea({ url: server.url, token: "t" });
  return {
    is: await forge.isNamed(word, person, { id: 1, owner: "olivia", name: "shop" }),
    asked: server.asked,
  };
}

test.each([
  ["a login", "Walter", []],
  ["an organisation", "acme", [get(`${ORGANIZATION}/members/walter`, 204, "")]],
  ["a team", "acme/Writers", [search("co-writers", "writers"), member(2, 200, WALTER)]],
] as const)("%s means its person", async (_, word, answers) => {
  expect(await named(word, [USER, ...answers])).toMatchObject({ is: true });
});

test("an organisation of others sends on to its public members, which is an answer too", async () => {
  const members = get(`${ORGANIZATION}/members/walter`, 302, "");
  const open = `${ORGANIZATION}/public_members/walter`;
  const moved = { ...members, headers: { location: open } };
  expect(await named("acme", [USER, moved, get(open, 204, "")])).toMatchObject({ is: true });
  expect(await named("acme", [USER, moved, get(open, 404)])).toMatchObject({ is: false });
  const documented = { ...moved, status: 303 };
  expect(await named("acme", [USER, documented, get(open, 204, "")])).toMatchObject({ is: true });
});

test.each([
  [
    "a login that has passed to another account",
    "walter",
    [get("/api/v1/users/walter", 200, { id: 77 })],
  ],
  ["a login that is gone", "walter", [get("/api/v1/users/walter", 404)]],
  [
    "an organisation without that person",
    "acme",
    [USER, get(`${ORGANIZATION}/members/walter`, 404)],
  ],
  ["a team that only begins so", "acme/write", [USER, search("writers")]],
  ["a team that is not told", "acme/writers", [USER, get(SEARCH, 404)]],
  ["a team without that person", "acme/writers", [USER, search("writers"), member(1, 404, {})]],
  [
    "a team with another of that name",
    "acme/writers",
    [USER, search("writers"), member(1, 200, { id: 77 })],
  ],
  [
    "a token without the scope",
    "acme",
    [USER, captured("037", { path: `${ORGANIZATION}/members/walter` })],
  ],
] as const)("%s means nobody", async (_, word, answers) => {
  expect(await named(word, answers)).toMatchObject({ is: false });
});

test.each(["", "/", "acme/", "/writers", "a/b/c", "../acme", "acme/../x", "a b", "acme?x"])(
  "nothing is asked for the word %j",
  async (word) => {
    expect(await named(word, [])).toEqual({ is: false, asked: [] });
  },
);

test("nothing is asked for an account that is none", async () => {
  expect(await named("walter", [], { id: -1, login: "walter" })).toEqual({ is: false, asked: [] });
  expect(await named("acme", [], { id: 2, login: "wal/ter" })).toEqual({ is: false, asked: [] });
});

function member(team: number, status: number, body: unknown): CapturedAnswer {
  return get(`/api/v1/teams/${team}/members/walter`, status, body);
}

test("where the permission token is refused, the bot's own is asked", async () => {
  await using server = await replay([{ ...USER, status: 401, token: "p" }, USER]);
  const forge = createGitea({ url: server.url, token: "t", permissionToken: "p" });
  const at = { id: 1, owner: "olivia", name: "shop" };
  expect(await forge.isNamed("walter", WALTER, at)).toBe(true);
  expect(server.tokens).toEqual(["Bearer p", "Bearer t"]);
});
