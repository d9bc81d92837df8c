import { expect, test } from "vitest";
import type { Repository } from "../../../src/forge/forge.ts";
import { createGitea } from "../../../src/forge/gitea.ts";
import { captured, type CapturedAnswer, replay } from "./captured.ts";

const API: Repository = {
  id: 2,
  owner: "acme",
  name: "api",
  defaultBranch: "main",
  empty: false,
  archived: false,
  ownedByOrganization: true,
  webUrl: "",
};

const TEAMS = captured("035").body as object[];

async function mayPush(answers: readonly CapturedAnswer[], of = API) {
  await using server = await replay(answers);
  const forge = createGitea({ url: server.url, token: "t" });
  return { told: await forge.editorsMayPush(of), asked: server.asked };
}

const withTeam = (team: object) => captured("035", { body: [...TEAMS, team] });
const units = (map: object) => ({ id: 9, name: "x", permission: "none", units_map: map });

test("in a personal repository whoever edits others' words may push, and nobody is asked", async () => {
  const personal = { ...API, ownedByOrganization: false };
  expect(await mayPush([], personal)).toEqual({ told: true, asked: [] });
});

test("in an organisation whose teams write to code, or to nothing, as well", async () => {
  expect(await mayPush([captured("035")])).toMatchObject({ told: true });
});

test.each([
  ["writes to issues alone", { "repo.issues": "write", "repo.code": "read" }, false],
  ["administers pull requests alone", { "repo.pulls": "admin" }, false],
  ["writes to issues, and the code is not told", { "repo.issues": "write", x: "write" }, false],
  ["writes to the wiki alone", { "repo.wiki": "write", "repo.code": "read" }, true],
  ["writes to code alone", { "repo.code": "write" }, true],
])("a team that %s", async (_, map, told) => {
  expect(await mayPush([withTeam(units(map))])).toMatchObject({ told });
});

test.each([
  ["a team whose units are not told", withTeam({ id: 9, permission: "write" })],
  ["a team that is none", withTeam([])],
  ["no team at all", captured("035", { body: [] })],
  ["no list", captured("035", { body: { teams: [] } })],
  ["no right to see the teams", captured("035", { status: 403, body: {} })],
  ["no organisation any more", captured("041", { path: "/api/v1/repos/acme/api/teams" })],
  ["a repository that is gone", captured("010", { path: "/api/v1/repos/acme/api/teams" })],
])("it cannot be told by %s", async (_, answer) => {
  expect(await mayPush([answer])).toMatchObject({ told: false });
});

test("a forge that is down does not tell anything, which is no answer", async () => {
  await expect(mayPush([captured("035", { status: 503, body: "" })])).rejects.toMatchObject({
    code: "unavailable",
  });
});
