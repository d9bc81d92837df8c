import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAdmit } from "../../src/admission/admit.ts";
import { servedBy } from "../../src/admission/served.ts";
import type { Job } from "../../src/jobs/job.ts";
import { keptLog } from "../jobs/queue.ts";
import { openWorld, SHOP, type World } from "./world.ts";

// Who may give an order, the whole way from a comment on a forge to the decision, by how much the bot is told:
// with the right to write, as an admin of the repository, and with a token of an admin of the whole server.

type Outcome = "may" | "may not" | "not told" | "nobody asks";

const OUTSIDE = "olivia/vault";

/** A forge on which rita's team reads and walter's writes by unit, tina is in a team that sees nothing. */
async function open(options: Parameters<typeof openWorld>[0]): Promise<World> {
  const world = await openWorld(options);
  for (const organization of ["acme", "bolt", "core"]) {
    world.forge.addTeam(organization, { name: "guests", members: ["nora"], repositories: [] });
  }
  return world;
}

async function outcome(world: World, at: string, login: string, change: Partial<Job> = {}) {
  const admit = createAdmit({
    forge: () => world.gitea,
    served: servedBy([]),
    delegateAllow: [],
    commandAllow: [],
    turnsPerDay: 20,
    turnsToday: async () => 0,
    log: keptLog(),
  });
  const admission = await admit(world.order({ by: login, repository: at }, change));
  if (admission.kind === "queued") return "may";
  if (admission.kind === "dropped") return "nobody asks";
  return admission.words === "unknown" ? "not told" : "may not";
}

const EVERYWHERE: readonly (readonly [who: string, login: string, outcome: Outcome])[] = [
  ["its owner", "olivia", "may"],
  ["a collaborator with write", "walter", "may"],
  ["a collaborator with read", "rita", "may not"],
  ["somebody without any right", "nora", "may not"],
  ["another bot", "renovate-bot", "nobody asks"],
  ["the bot itself", "kugetsu-bot", "nobody asks"],
];

describe.each([
  ["write", { bot: "write" }, "may not"],
  ["admin", { bot: "admin" }, "may"],
  ["the permission token", { bot: "write", permission: "adam" }, "may"],
  // It is told what the bot is told itself.
  ["a permission token of nobody special", { bot: "write", permission: "nora" }, "may not"],
] as const)("in a personal repository, with %s", (_, options, admin) => {
  let world: World;
  beforeAll(async () => {
    world = await open(options);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test.each([
    ...EVERYWHERE,
    // Gitea's list of those who may write leaves out whoever may do everything.
    ["an admin of the whole server", "adam", admin],
  ] as const)("%s", async (_who, login, expected) => {
    expect(await outcome(world, SHOP, login)).toBe(expected);
  });

  test.each([
    ["an unknown name", (w: World) => ({ id: w.person("adam").id + 1000, login: "nobody-here" })],
    ["a look-alike's letters", (w: World) => ({ id: w.person("olivia").id, login: "οlivia" })],
    ["the owner's name by another", (w: World) => ({ ...w.person("nora"), login: "olivia" })],
    ["the owner's name by a writer", (w: World) => ({ ...w.person("walter"), login: "OLIVIA" })],
    ["a writer's name by the owner", (w: World) => ({ ...w.person("olivia"), login: "walter" })],
    ["a deleted account", () => ({ id: -1, login: "Ghost" })],
    ["Gitea's Actions", () => ({ id: -2, login: "gitea-actions" })],
  ])("%s may do nothing", async (_name, forged) => {
    const [owner = "", name = ""] = SHOP.split("/");
    const repository = await world.gitea.repository(owner, name);
    const { level } = await world.gitea.permission(repository, forged(world));
    expect(["none", "unknown"]).toContain(level);
  });

  test("the owner's name in other letters is the owner's", async () => {
    const [owner = "", name = ""] = SHOP.split("/");
    const repository = await world.gitea.repository(owner, name);
    const olivia = { ...world.person("olivia"), login: "OLIVIA" };
    expect(await world.gitea.permission(repository, olivia)).toEqual({ level: "admin" });
  });
});

describe.each([
  ["as one of a team of its own that may administer", "acme", {}, "not told", "not told"],
  ["as one of the writers' team", "bolt", {}, "may", "not told"],
  ["as one of the owners", "core", {}, "may", "may not"],
  ["with the permission token", "acme", { permission: "adam" }, "may", "may not"],
  [
    "with the permission token, as one of the writers",
    "bolt",
    { permission: "adam" },
    "may",
    "may not",
  ],
  // Outside of the organization everybody looks as if in no team.
  [
    "with a permission token of nobody special",
    "acme",
    { permission: "renovate-bot" },
    "not told",
    "not told",
  ],
] as const)("in an organization, %s", (_, organization, options, writer, reader) => {
  let world: World;
  beforeAll(async () => {
    world = await open(options);
  });
  afterAll(() => world[Symbol.asyncDispose]());
  const isOutside = organization === "bolt" && !("permission" in options);

  test.each([
    // The bot's right to write is not one to ask for the permission of others.
    ["one of its owners", "olivia", isOutside ? "not told" : "may"],
    ["an admin of the whole server", "adam", isOutside ? "not told" : "may"],
    ["one of a team that writes by unit", "walter", writer],
    ["one of a team that reads by unit", "rita", reader],
    ["one of a team that does not see it", "nora", reader],
    ["another bot", "renovate-bot", "nobody asks"],
    ["the bot itself", "kugetsu-bot", "nobody asks"],
  ] as const)("%s", async (_who, login, expected) => {
    expect(await outcome(world, `${organization}/api`, login)).toBe(expected);
  });
});

test("in a private repository a stranger has no right at all", async () => {
  await using world = await open({ permission: "adam" });
  await world.forge.addRepository(OUTSIDE, { private: true, files: { a: "a\n" } });
  world.forge.setCollaborator(OUTSIDE, "kugetsu-bot", "write");
  const repository = await world.gitea.repository("olivia", "vault");
  expect(await world.gitea.permission(repository, world.person("nora"))).toEqual({ level: "none" });
});

test("an edit needs the right of both, the author and the editor", async () => {
  await using world = await open({ permission: "adam" });
  const edited = async (author: string, editor: string) =>
    outcome(world, "acme/api", author, { action: "edited", actor: world.person(editor) });
  expect(await edited("walter", "olivia")).toBe("may");
  expect(await edited("walter", "rita")).toBe("may not");
  expect(await edited("rita", "walter")).toBe("may not");
});

test("the permission token answers for rights alone", async () => {
  await using world = await open({ permission: "adam" });
  await outcome(world, "acme/api", "walter");
  const asked = world.forge.requests.filter(({ login }) => login === "adam");
  expect(asked.length).toBeGreaterThan(0);
  for (const { method, path } of asked) {
    expect(`${method} ${path}`).toMatch(
      /^GET \/api\/v1\/(?:user$|teams\/\d+\/members\/|repos\/acme\/api\/(?:teams$|collaborators\/\w+\/permission$))/,
    );
  }
});
