import { expect, test } from "vitest";
import type { Repository } from "../../../src/forge/forge.ts";
import { forgeAt, OLIVIA, type Part, person, REPO, user, WALTER } from "./published.ts";
import { type Exchange, replay } from "./replay.ts";

const SHOP: Repository = {
  id: 100,
  owner: "olivia",
  name: "shop",
  defaultBranch: "main",
  empty: false,
  archived: false,
  ownedByOrganization: false,
  webUrl: "https://github.com/olivia/shop",
};

async function ask(exchange: Omit<Exchange, "path">, who = person(WALTER)) {
  const path = `${REPO}/collaborators/${who.login}/permission`;
  await using server = await replay([{ path, ...exchange }]);
  return { permission: await forgeAt(server).permission(SHOP, who), asked: server.asked.length };
}

function level(permission: string, role_name = permission, of = WALTER) {
  return {
    answer: {
      permission,
      role_name,
      user: of,
    } satisfies Part<"repository-collaborator-permission">,
  };
}

test.each([
  ["admin", "admin", "admin"],
  ["write", "write", "write"],
  ["write", "maintain", "write"],
  ["write", "a role of the organisation's own", "write"],
  ["read", "triage", "read"],
  ["read", "read", "read"],
  ["none", "none", "none"],
  ["maintain", "maintain", "write"],
  ["triage", "triage", "read"],
])("%s by the role %s is %s", async (permission, role, expected) => {
  expect(await ask(level(permission, role))).toEqual({ permission: { level: expected }, asked: 1 });
});

test("whom GitHub does not know has none", async () => {
  expect((await ask({ status: 404 })).permission).toEqual({ level: "none" });
});

test.each([
  ["a bot by its name", { id: 9, login: "helper[bot]" }],
  ["a deleted account", { id: -1, login: "ghost" }],
  ["a name with a path", { id: 9, login: "../../user" }],
])("%s has none, without asking", async (_, who) => {
  expect(await ask({}, who)).toEqual({ permission: { level: "none" }, asked: 0 });
});

test("a bot has none, whatever it was given", async () => {
  const copilot = user("copilot", 9, "Bot");
  expect((await ask(level("write", "write", copilot), person(copilot))).permission).toEqual({
    level: "none",
  });
});

test("a name that passed to another account proves nothing", async () => {
  const other = user("walter", 3);
  expect((await ask(level("admin", "admin", other))).permission).toEqual({
    level: "unknown",
    help: "The name walter belongs to another account than the one that wrote.",
  });
  const none = { answer: { permission: "admin", role_name: "admin", user: null } };
  expect((await ask(none)).permission).toMatchObject({ level: "unknown" });
});

test("a refusal is not known, and says what helps", async () => {
  const headers = { "x-accepted-github-permissions": "metadata=read" };
  const { permission } = await ask({ status: 403, headers }, person(OLIVIA));
  expect(permission).toEqual({
    level: "unknown",
    help: expect.stringMatching(/metadata=read.*right to write to the repository/),
  });
});

test.each([
  ["a level that is none", level("owner")],
  ["a fault", { status: 500 }],
])("%s decides nothing", async (_, exchange) => {
  await expect(ask(exchange)).rejects.toMatchObject({ code: "unavailable" });
});
