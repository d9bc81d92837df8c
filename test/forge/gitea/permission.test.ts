import { describe, expect, test } from "vitest";
import type { Permission, Repository } from "../../../src/forge/forge.ts";
import { createGitea } from "../../../src/forge/gitea.ts";
import { captured, type CapturedAnswer, replay } from "./captured.ts";

const SHOP = repository("olivia", "shop", false);
const API = repository("acme", "api", true);
const OLIVIA = { id: 1, login: "olivia" };
const WALTER = { id: 2, login: "walter" };
const RITA = { id: 3, login: "rita" };
const NORA = { id: 4, login: "nora" };
const ADAM = { id: 5, login: "adam" };
const BOT = { id: 6, login: "kugetsu-bot" };

const REFUSED = captured("013", { path: "/api/v1/repos/acme/api/collaborators/walter/permission" });

function repository(owner: string, name: string, ownedByOrganization: boolean): Repository {
  return {
    id: 1,
    owner,
    name,
    defaultBranch: "main",
    empty: false,
    archived: false,
    ownedByOrganization,
    webUrl: "",
  };
}

async function ask(
  answers: readonly CapturedAnswer[],
  of: Repository,
  person: { id: number; login: string },
): Promise<Permission> {
  await using server = await replay(answers);
  return await createGitea({ url: server.url, token: "t" }).permission(of, person);
}

/** Whether somebody is in a team: 200 with the user, 404, or 403 where the forge does not tell. */
function member(team: number, person: { id: number; login: string }, status: 200 | 403 | 404) {
  const path = `/api/v1/teams/${team}/members/${person.login}`;
  return status === 403
    ? captured("038", { path })
    : captured("044", { path, status, body: status === 200 ? person : {} });
}

describe("asked by a bot that is an admin of the repository", () => {
  test.each([
    ["its owner", "019", OLIVIA, "admin"],
    ["a collaborator with write", "020", WALTER, "write"],
    ["a collaborator with read", "021", RITA, "read"],
    ["a stranger", "022", NORA, "read"],
    ["a site's admin", "023", ADAM, "admin"],
    ["the bot", "024", BOT, "admin"],
  ] as const)("%s", async (_, answer, person, level) => {
    expect(await ask([captured(answer)], SHOP, person)).toEqual({ level });
  });

  test("somebody unknown", async () => {
    const nobody = { id: 99, login: "nobody-here" };
    expect(await ask([captured("025")], SHOP, nobody)).toEqual({ level: "none" });
    const path = "/api/v1/repos/acme/api/collaborators/nobody-here/permission";
    expect(await ask([captured("025", { path })], API, nobody)).toEqual({ level: "none" });
  });

  test("a name that now belongs to another account", async () => {
    expect(await ask([captured("019")], SHOP, { id: 77, login: "olivia" })).toMatchObject({
      level: "unknown",
      help: expect.stringContaining("another account"),
    });
  });

  test("an answer of a kind that is not known", async () => {
    const user = { id: 1, login: "olivia" };
    for (const permission of ["superuser", undefined, 3, "toString"]) {
      const answer = captured("019", { body: { permission, user } });
      await expect(ask([answer], SHOP, OLIVIA)).rejects.toMatchObject({ code: "unavailable" });
    }
  });
});

describe("asked by a bot with write, on a personal repository", () => {
  test.each([
    ["its owner", "012", OLIVIA, "admin"],
    ["a collaborator with write", "013", WALTER, "write"],
    ["a collaborator with read", "014", RITA, "none"],
    ["a stranger", "015", NORA, "none"],
    ["a site's admin, whom the assignees do not name", "016", ADAM, "none"],
  ] as const)("%s", async (_, answer, person, level) => {
    expect(await ask([captured(answer), captured("042")], SHOP, person)).toEqual({ level });
  });

  test("the bot itself", async () => {
    expect(await ask([captured("017")], SHOP, BOT)).toEqual({ level: "write" });
  });

  test("an account that took over the owner's name", async () => {
    const other = { id: 77, login: "olivia" };
    expect(await ask([captured("012"), captured("042")], SHOP, other)).toEqual({ level: "none" });
  });

  test("an account that can write, under the name of another one", async () => {
    const forged = { id: WALTER.id, login: "olivia" };
    expect(await ask([captured("012"), captured("042")], SHOP, forged)).toMatchObject({
      level: "unknown",
      help: expect.stringContaining("another account"),
    });
  });

  test("when the assignees are not told either, what is missing is said", async () => {
    const assignees = captured("005", { path: "/api/v1/repos/olivia/shop/assignees" });
    expect(await ask([captured("013"), assignees], SHOP, WALTER)).toEqual({
      level: "unknown",
      help: expect.stringMatching(/^The bot's token lacks the scope read:user\. An admin/),
    });
  });
});

describe("in an organisation", () => {
  test.each([
    ["an owner", "026", OLIVIA],
    ["a site's admin", "029", ADAM],
  ] as const)("%s", async (_, answer, person) => {
    expect(await ask([captured(answer)], API, person)).toEqual({ level: "admin" });
  });

  test("nothing is established where the bot may not see the teams' members", async () => {
    const untold = [1, 3, 2].map((team) => member(team, WALTER, 403));
    const answers = [captured("027"), captured("035"), ...untold];
    expect(await ask(answers, API, WALTER)).toMatchObject({
      level: "unknown",
      help: expect.stringMatching(/read:organization.*walter a collaborator/s),
    });
  });

  test.each([
    ["that the forge answers to have read", captured("032")],
    ["that the forge says nothing about", REFUSED],
    [
      "that the forge answers to have nothing",
      captured("032", { body: { permission: "none", user: WALTER } }),
    ],
  ])("a member of a team with write by unit, %s, may write", async (_, stated) => {
    const answers = [
      stated,
      captured("040"),
      member(1, WALTER, 403),
      member(3, WALTER, 404),
      member(2, WALTER, 200),
    ];
    expect(await ask(answers, API, WALTER)).toEqual({ level: "write" });
  });

  test("a member of a team of admins is one", async () => {
    const answers = [REFUSED, captured("040"), member(1, WALTER, 404), member(3, WALTER, 200)];
    expect(await ask(answers, API, WALTER)).toEqual({ level: "admin" });
  });

  test("a member of a team that may only read is read, where the bot sees the others", async () => {
    const answers = [
      captured("001"),
      captured("033"),
      captured("040"),
      ...[1, 2, 3].map((team) => member(team, RITA, 404)),
      member(1, BOT, 404),
      member(3, BOT, 200),
    ];
    expect(await ask(answers, API, RITA)).toEqual({ level: "read" });
  });

  test("a bot outside the organisation is told nothing, though it looks like an answer", async () => {
    const answers = [
      captured("001"),
      captured("033"),
      captured("040"),
      ...[1, 2, 3].flatMap((team) => [member(team, RITA, 404), member(team, BOT, 404)]),
    ];
    expect(await ask(answers, API, RITA)).toMatchObject({ level: "unknown" });
  });

  test("somebody in no team may still be a collaborator, which a bot with write is not told", async () => {
    const answers = [
      REFUSED,
      captured("040"),
      ...[1, 2, 3].map((team) => member(team, WALTER, 404)),
    ];
    expect(await ask(answers, API, WALTER)).toMatchObject({ level: "unknown" });
  });

  test("a member of the same name but another account is nobody", async () => {
    const impostor = captured("044", {
      path: "/api/v1/teams/1/members/walter",
      status: 200,
      body: { id: 77, login: "walter" },
    });
    expect(await ask([REFUSED, captured("040"), impostor], API, WALTER)).toMatchObject({
      level: "unknown",
    });
  });

  test("the assignees are never asked: they name readers too", async () => {
    const untold = [1, 2, 3].map((team) => member(team, RITA, 403));
    const answers = [captured("033"), captured("040"), captured("034"), ...untold];
    await using server = await replay(answers);
    await createGitea({ url: server.url, token: "t" }).permission(API, RITA);
    expect(server.asked.filter((path) => path.endsWith("/assignees"))).toEqual([]);
  });
});

async function askAsAdmin(
  answers: readonly CapturedAnswer[],
  of: Repository,
  person: { id: number; login: string },
) {
  await using server = await replay(answers);
  const forge = createGitea({ url: server.url, token: "t", permissionToken: "p" });
  const permission = await forge.permission(of, person);
  return { permission, asked: server.asked, tokens: new Set(server.tokens) };
}

describe("asked with the token of an admin of the whole server", () => {
  const ADMIN = captured("001", { body: { ...ADAM, email: "", is_admin: true } });
  const WHOLE = [captured("040"), ADMIN];
  const outside = (person: { id: number; login: string }) =>
    [1, 2, 3].map((team) => member(team, person, 404));

  test.each([
    ["its owner", "019", OLIVIA, "admin"],
    ["a collaborator with write", "020", WALTER, "write"],
    ["a collaborator with read", "021", RITA, "read"],
    ["a stranger", "022", NORA, "read"],
    ["a site's admin", "023", ADAM, "admin"],
    ["the bot", "024", BOT, "admin"],
  ] as const)("%s of a personal repository", async (_, answer, person, level) => {
    const { permission, tokens } = await askAsAdmin([captured(answer)], SHOP, person);
    expect(permission).toEqual({ level });
    expect(tokens).toEqual(new Set(["Bearer p"]));
  });

  test.each([
    ["a member of a team with write by unit", "032", WALTER, [member(2, WALTER, 200)], "write"],
    ["a member of a team that may only read", "033", RITA, outside(RITA), "read"],
    ["an owner", "026", OLIVIA, [], "admin"],
  ] as const)("%s of an organisation", async (_, answer, person, members, level) => {
    const others = outside(person);
    const { permission, tokens } = await askAsAdmin(
      [captured(answer), ...members, ...others, ...WHOLE],
      API,
      person,
    );
    expect(permission).toEqual({ level });
    expect(tokens).toEqual(new Set(["Bearer p"]));
  });

  test("it is none: then the answer is not relied on, and the help says so", async () => {
    const answers = [captured("033"), ...outside(RITA), ...outside(BOT), captured("040")];
    const { permission, tokens } = await askAsAdmin([...answers, captured("001")], API, RITA);
    expect(permission).toMatchObject({
      level: "unknown",
      help: expect.stringMatching(/GITEA_PERMISSION_TOKEN is set, but is not told/),
    });
    expect(tokens).toEqual(new Set(["Bearer p", "Bearer t"]));
  });

  test.each(["000", "003"])("where it is refused (%s), the bot's own is asked", async (file) => {
    const path = "/api/v1/repos/olivia/shop/collaborators/walter/permission";
    const refused = captured(file, { path, token: "p" });
    await using server = await replay([refused, captured("020")]);
    const warnings: string[] = [];
    const forge = createGitea({
      url: server.url,
      token: "t",
      permissionToken: "p",
      warn: (message) => warnings.push(message),
    });
    expect(await forge.permission(SHOP, WALTER)).toEqual({ level: "write" });
    expect(server.tokens).toEqual(["Bearer p", "Bearer t"]);
    expect(warnings).toEqual([
      expect.stringContaining("does not accept GITEA_PERMISSION_TOKEN") as string,
    ]);
  });

  test("where both are told nothing, the help says which one is refused", async () => {
    const path = "/api/v1/repos/acme/api/collaborators/walter/permission";
    const refused = captured("003", { path, token: "p" });
    const teams = captured("035", { status: 403, body: { message: "no" } });
    const { permission } = await askAsAdmin([refused, captured("027"), teams], API, WALTER);
    expect(permission).toMatchObject({
      level: "unknown",
      help: expect.stringMatching(/GITEA_PERMISSION_TOKEN is set, but the forge does not accept/),
    });
  });

  test("everything else is asked with the bot's own", async () => {
    await using server = await replay([captured("060"), captured("001")]);
    const forge = createGitea({ url: server.url, token: "t", permissionToken: "p" });
    await forge.issue({ owner: "olivia", name: "shop", number: 1 });
    await forge.self();
    expect(await forge.credentials("olivia", "shop")).toMatchObject({ password: "t" });
    expect(server.tokens).toEqual(["Bearer t", "Bearer t"]);
  });
});

test.each([
  ["a path as login", { id: 1, login: "../../users/olivia" }],
  ["a query as login", { id: 1, login: "olivia?x=1" }],
  ["a look-alike's letters", { id: 1, login: "οlivia" }],
  ["a deleted account", { id: -1, login: "Ghost" }],
  ["Gitea's Actions", { id: -2, login: "gitea-actions" }],
])("nothing is asked for %s", async (_, person) => {
  await using server = await replay([]);
  const forge = createGitea({ url: server.url, token: "t" });
  expect(await forge.permission(SHOP, person)).toEqual({ level: "none" });
  expect(server.asked).toEqual([]);
});

test("teams that are not told are an unknown permission, with the way out", async () => {
  const teams = captured("035", { status: 403, body: { message: "no" } });
  expect(await ask([captured("027"), teams], API, WALTER)).toMatchObject({
    level: "unknown",
    help: expect.stringMatching(/^The bot's account may not do this\. .*read:organization/),
  });
});

test.each(["000", "003"])("%s of the bot's account as such is no answer", async (file) => {
  const path = "/api/v1/repos/olivia/shop/collaborators/walter/permission";
  await expect(ask([captured(file, { path })], SHOP, WALTER)).rejects.toMatchObject({
    code: "unavailable",
    needsOperator: true,
  });
});

test("a forge that is down is no answer", async () => {
  const path = "/api/v1/repos/olivia/shop/collaborators/walter/permission";
  const down = captured("013", { path, status: 502, body: "" });
  await expect(ask([down], SHOP, WALTER)).rejects.toMatchObject({ code: "unavailable" });
});
