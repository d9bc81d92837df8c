import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decideRight } from "../../src/admission/right.ts";
import type { Verb } from "../../src/command.ts";
import type { Person } from "../../src/forge/event.ts";
import { openWorld, SHOP, type World } from "./world.ts";

const MAY = { may: true };
const NOBODY = { delegateAllow: [], commandAllow: [] };

/** A refusal for want of that person's right. */
const no = (why: string, login: string) => ({
  may: false,
  why,
  who: expect.objectContaining({ login }) as Person,
});
const noRight = (login: string) => no("no_right", login);
const noAdmin = (login: string) => no("no_admin", login);
const unknown = (login: string) => ({
  ...no("unknown", login),
  help: expect.stringMatching(/\w/) as string,
});

describe.each(["admin", "write"] as const)("a bot with the right to %s", (bot) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ bot });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function decide(
    at: string,
    people: { author: Person; actor?: Person },
    verb: Verb = "fix",
    delegateAllow: readonly string[] = [],
  ) {
    const [owner = "", name = ""] = at.split("/");
    const { author, actor = author } = people;
    const repository = await world.gitea.repository(owner, name);
    return decideRight(
      world.gitea,
      repository,
      { author, actor, verb },
      { ...NOBODY, delegateAllow },
    );
  }
  const by = (author: string, actor = author) => ({
    author: world.person(author),
    actor: world.person(actor),
  });

  test.each([
    ["the owner may", "olivia", MAY],
    ["a collaborator who writes may", "walter", MAY],
    ["a collaborator who reads may not", "rita", noRight("rita")],
    ["a stranger may not", "nora", noRight("nora")],
  ])("in a personal repository %s", async (_, login, right) => {
    expect(await decide(SHOP, by(login))).toEqual(right);
  });

  test.each([
    ["author and editor may: it counts", "walter", "olivia", MAY],
    ["the author may not: it does not", "rita", "walter", noRight("rita")],
    ["the editor may not: it does not", "walter", "rita", noRight("rita")],
    ["neither may: it does not", "nora", "rita", noRight("nora")],
  ])("on an edit where %s", async (_, author, editor, right) => {
    expect(await decide(SHOP, by(author, editor))).toEqual(right);
  });

  test.each([
    ["the owner may", "olivia", "olivia", [], MAY],
    ["one who only writes may not", "walter", "walter", [], noAdmin("walter")],
    ["one who writes and is named may", "walter", "walter", ["Walter"], MAY],
    ["one who reads may not, also when named", "rita", "rita", ["rita"], noRight("rita")],
    ["an owner's edit of a writer's comment may not", "walter", "olivia", [], noAdmin("walter")],
    ["an owner's edit of a named writer's comment may", "walter", "olivia", ["walter"], MAY],
    ["a named writer's edit of another's comment may", "olivia", "walter", ["walter"], MAY],
  ])("to delegate: %s", async (_, author, actor, allow, right) => {
    expect(await decide(SHOP, by(author, actor), "delegate", allow)).toEqual(right);
  });

  test("an account that only has the name of one with the right may not", async () => {
    const pretender = { id: world.person("nora").id, login: "olivia" };
    expect(await decide(SHOP, { author: pretender })).toMatchObject({ may: false });
  });

  // The id says who it is, and the name is what the operator's list and every word to people go by.
  test.each<[Verb]>([["fix"], ["delegate"]])(
    "one with the right under another's name may not %s",
    async (verb) => {
      const forged = { id: world.person("walter").id, login: "olivia" };
      expect(await decide(SHOP, { author: forged }, verb, ["olivia"])).toEqual(unknown("olivia"));
    },
  );

  test("an edit under another's name than the author's own does not count", async () => {
    const author = world.person("walter");
    const actor = { id: author.id, login: "olivia" };
    expect(await decide(SHOP, { author, actor })).toMatchObject({ may: false });
  });

  test("Gitea's own accounts may not", async () => {
    const author = { id: -2, login: "gitea-actions" };
    expect(await decide(SHOP, { author })).toEqual(noRight("gitea-actions"));
  });
});

describe("in an organization's repository", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test.each([
    ["an owner may, asked by an admin", "acme/api", "olivia", MAY],
    [
      "one of a writing team: an admin outside of that team is not told",
      "acme/api",
      "walter",
      unknown("walter"),
    ],
    [
      "one of a reading team: an admin outside of the teams is not told",
      "acme/api",
      "rita",
      unknown("rita"),
    ],
    ["one of the bot's own writing team may", "bolt/api", "walter", MAY],
    ["an owner, asked from a team: not told", "bolt/api", "olivia", unknown("olivia")],
    [
      "one of a reading team, asked from the writers': not told",
      "bolt/api",
      "rita",
      unknown("rita"),
    ],
    ["an owner may, asked by an owner", "core/api", "olivia", MAY],
    ["one of a writing team may, asked by an owner", "core/api", "walter", MAY],
    ["one of a reading team may not, asked by an owner", "core/api", "rita", noRight("rita")],
    ["a stranger may not, asked by an owner", "core/api", "nora", noRight("nora")],
  ])("%s", async (_, at, login, right) => {
    const [owner = "", name = ""] = at.split("/");
    const repository = await world.gitea.repository(owner, name);
    const person = world.person(login);
    const job = { author: person, actor: person, verb: "fix" } as const;
    expect(await decideRight(world.gitea, repository, job, NOBODY)).toEqual(right);
  });

  test("a writer of a team may not delegate, an owner may", async () => {
    const repository = await world.gitea.repository("core", "api");
    const ask = async (login: string) => {
      const person = world.person(login);
      const job = { author: person, actor: person, verb: "delegate" } as const;
      return decideRight(world.gitea, repository, job, NOBODY);
    };
    expect(await ask("walter")).toEqual(noAdmin("walter"));
    expect(await ask("olivia")).toEqual(MAY);
  });

  test("nobody may while the forge does not answer", async () => {
    const repository = await world.gitea.repository("core", "api");
    const person = world.person("olivia");
    world.forge.fail({ path: /\/permission$/, answer: 503 });
    const asked = decideRight(
      world.gitea,
      repository,
      { author: person, actor: person, verb: "fix" },
      NOBODY,
    );
    await expect(asked).rejects.toMatchObject({ code: "unavailable" });
  });
});
