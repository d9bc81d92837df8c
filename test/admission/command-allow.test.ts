import { afterAll, beforeAll, expect, test } from "vitest";
import { type Allowed, decideRight } from "../../src/admission/right.ts";
import type { Verb } from "../../src/command.ts";
import type { Person } from "../../src/forge/event.ts";
import { openWorld, type World } from "./world.ts";

const MAY = { may: true };

// In acme the bot is told nothing about who may push, in core everything.
let world: World;
beforeAll(async () => {
  world = await openWorld();
  world.forge.addTeam("acme", { name: "helpers", members: ["nora", "kugetsu-bot"] });
});
afterAll(() => world[Symbol.asyncDispose]());

async function decide(
  at: string,
  person: Person,
  commandAllow: readonly string[],
  more: { verb?: Verb; actor?: Person } & Partial<Allowed> = {},
) {
  const [owner = "", name = ""] = at.split("/");
  const { verb = "fix", actor = person, delegateAllow = [] } = more;
  const repository = await world.gitea.repository(owner, name);
  const job = { author: person, actor, verb };
  return decideRight(world.gitea, repository, job, { delegateAllow, commandAllow });
}

test.each([
  ["named itself", "walter", ["walter"]],
  ["named in other letters", "walter", ["WALTER"]],
  ["a member of an organization that is named", "rita", ["olivia", "acme"]],
  ["a member of a team that is named, and that the bot is in", "nora", ["acme/helpers"]],
])("where the forge does not tell, somebody %s may", async (_, login, words) => {
  expect(await decide("acme/api", world.person(login), words)).toEqual(MAY);
});

test.each([
  ["nobody named", "walter", []],
  ["somebody else is named", "walter", ["walte", "walterx", "nora"]],
  ["an organization of others is named", "renovate-bot", ["acme"]],
  ["an organization that is not there is named", "walter", ["nowhere"]],
  ["a team of others is named", "walter", ["acme/helpers"]],
  ["a team that the bot is not told of is named", "walter", ["acme/writers"]],
  ["a team of another organization is named", "walter", ["olivia/helpers"]],
  ["the word is no name", "walter", ["acme/helpers/x", "../walter", "", "/"]],
])("where the forge does not tell and %s, nobody may", async (_, login, words) => {
  expect(await decide("acme/api", world.person(login), words)).toMatchObject({
    may: false,
    why: "unknown",
  });
});

test("a name that has passed to another account is not the one that was named", async () => {
  const forged = { id: world.person("nora").id, login: "walter" };
  for (const words of [["walter"], ["acme"], ["acme/helpers"]]) {
    expect(await decide("acme/api", forged, words)).toMatchObject({ may: false, why: "unknown" });
  }
  const unknown = { id: 99_999, login: "nobody-here" };
  expect(await decide("bolt/api", unknown, ["nobody-here"])).toMatchObject({ may: false });
});

test("where the forge tells, its answer stands", async () => {
  const everybody = ["rita", "core", "core/readers"];
  expect(await decide("core/api", world.person("rita"), everybody)).toMatchObject({
    may: false,
    why: "no_right",
  });
});

test("of an edit both have to be named", async () => {
  const actor = world.person("rita");
  const edited = async (words: string[]) =>
    decide("acme/api", world.person("walter"), words, { actor });
  expect(await edited(["walter", "rita"])).toEqual(MAY);
  expect(await edited(["walter"])).toMatchObject({ may: false, who: { login: "rita" } });
});

test("whoever is named may not delegate for that alone", async () => {
  const walter = world.person("walter");
  expect(await decide("acme/api", walter, ["walter"], { verb: "delegate" })).toMatchObject({
    may: false,
    why: "no_admin",
  });
  const more = { verb: "delegate", delegateAllow: ["walter"] } as const;
  expect(await decide("acme/api", walter, ["walter"], more)).toEqual(MAY);
});

test("the help says what would open the way", async () => {
  expect(await decide("acme/api", world.person("walter"), [])).toMatchObject({
    help: expect.stringMatching(/name walter in COMMAND_ALLOW.*GITEA_PERMISSION_TOKEN/) as string,
  });
});

test("a forge that is down is no answer", async () => {
  world.forge.fail({ path: /\/users\/walter$/, answer: 502 });
  await expect(decide("acme/api", world.person("walter"), ["walter"])).rejects.toMatchObject({
    code: "unavailable",
  });
});
