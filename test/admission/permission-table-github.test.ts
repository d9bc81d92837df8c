import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAdmit } from "../../src/admission/admit.ts";
import { servedBy } from "../../src/admission/served.ts";
import type { Person } from "../../src/forge/event.ts";
import type { Job } from "../../src/jobs/job.ts";
import { keptLog } from "../jobs/queue.ts";
import { refusals } from "../support/refusals.ts";
import { type GitHubWorld, openGitHubWorld } from "./github-world.ts";
import { orderAt, SHOP } from "./orders.ts";

// Who may give an order on GitHub, the whole way from a comment to the decision, which is the same for a bot with a
// token and for an App. How it is on Gitea stands in permission-table.test.ts.

async function outcome(world: GitHubWorld, at: string, by: string, change: Partial<Job> = {}) {
  const admit = createAdmit({
    forge: () => world.github,
    served: servedBy([]),
    delegateAllow: [],
    commandAllow: [],
    turnsPerDay: 20,
    turnsToday: async () => 0,
    log: keptLog(),
  });
  const admission = await admit(orderAt(world, { by, repository: at }, change));
  if (admission.kind === "queued") return "may";
  if (admission.kind === "dropped") return "nobody asks";
  return admission.words === "unknown" ? "not told" : "may not";
}

describe.each([
  ["token", "not told"],
  // Where it is not installed there is nothing for it.
  ["App", "nobody asks"],
] as const)("on GitHub, as a bot with a token or an App: %s", (credential, without) => {
  let world: GitHubWorld;
  beforeAll(async () => {
    world = await openGitHubWorld(credential);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const edited = async (author: string, editor: string) =>
    outcome(world, "acme/api", author, { action: "edited", actor: world.person(editor) });
  const delegates = async (login: string) =>
    outcome(world, SHOP, login, { verb: "delegate", word: "delegate", lane: "pm" });

  test.each([
    ["its owner", "olivia", "may"],
    ["who may administer", "alma", "may"],
    ["who may maintain", "mia", "may"],
    ["who may write", "walter", "may"],
    ["who may triage", "tom", "may not"],
    ["who may read", "rita", "may not"],
    ["somebody without any right", "nora", "may not"],
    ["another App", "renovate[bot]", "nobody asks"],
  ])("in a personal repository %s", async (_, login, expected) => {
    expect(await outcome(world, SHOP, login)).toBe(expected);
    expect(await outcome(world, "olivia/cellar", login)).toBe(expected);
  });

  test.each([
    ["one of its owners", "olivia", "may", "may"],
    ["one of a team that writes", "carl", "may", "may"],
    ["one of a team that reads", "vera", "may not", "may"],
    ["a member of no such team, by what every member may", "bert", "may not", "may"],
    ["somebody outside of it", "nora", "may not", "may not"],
    ["another App", "renovate[bot]", "nobody asks", "nobody asks"],
  ])("in an organization %s", async (_, login, reading, writing) => {
    expect(await outcome(world, "acme/api", login)).toBe(reading);
    expect(await outcome(world, "core/api", login)).toBe(writing);
  });

  test("the bot itself asks for nothing", async () => {
    for (const at of [SHOP, "acme/api"])
      expect(await outcome(world, at, world.bot)).toBe("nobody asks");
  });

  test.each<readonly [string, (world: GitHubWorld) => Person, string]>([
    ["an unknown name", () => ({ id: 4711, login: "nobody-here" }), "none"],
    ["a look-alike's letters", ({ person }) => ({ ...person("olivia"), login: "οlivia" }), "none"],
    [
      "the owner's name by another",
      ({ person }) => ({ ...person("nora"), login: "olivia" }),
      "unknown",
    ],
    [
      "the owner's name by a writer",
      ({ person }) => ({ ...person("walter"), login: "OLIVIA" }),
      "unknown",
    ],
    // Its old name was given up, and belongs to a writer now.
    [
      "somebody by a former name",
      ({ person }) => ({ ...person("olivia"), login: "walter" }),
      "unknown",
    ],
    ["a deleted account", () => ({ id: -1, login: "ghost" }), "none"],
    [
      "a name that is a path",
      ({ person }) => ({ ...person("olivia"), login: "../olivia" }),
      "none",
    ],
  ])("%s may do nothing", async (_, forged, level) => {
    const repository = await world.github.repository("olivia", "shop");
    expect(await world.github.permission(repository, forged(world))).toMatchObject({ level });
  });

  test("the owner's name in other letters is the owner's", async () => {
    const repository = await world.github.repository("olivia", "shop");
    const olivia = { ...world.person("olivia"), login: "OLIVIA" };
    expect(await world.github.permission(repository, olivia)).toEqual({ level: "admin" });
  });

  test("an edit needs the right of both, the author and the editor", async () => {
    expect(await edited("carl", "olivia")).toBe("may");
    expect(await edited("carl", "vera")).toBe("may not");
    expect(await edited("vera", "carl")).toBe("may not");
  });

  test("only who may administer delegates", async () => {
    expect(await delegates("olivia")).toBe("may");
    expect(await delegates("alma")).toBe("may");
    expect(await delegates("mia")).toBe("may not");
    expect(await delegates("walter")).toBe("may not");
  });

  test("nothing is asked that GitHub does not describe", () => {
    // Of names that are nobody's it has nothing to tell.
    expect(refusals(world.forge, [/^404 GET .*\/permission$/])).toEqual([]);
  });

  test("what the bot is not told any more, it does not take for granted", async () => {
    if (credential === "App") world.forge.installApp("kugetsu", "core", []);
    else world.forge.setCollaborator("core/api", world.bot, "read");
    expect(await outcome(world, "core/api", "olivia")).toBe(without);
    expect(await outcome(world, SHOP, "olivia")).toBe("may");
  });
});
