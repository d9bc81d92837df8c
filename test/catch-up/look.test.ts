import { describe, expect, test, vi } from "vitest";
import { addLook } from "../../src/jobs/looks.ts";
import { looks, repositories } from "../../src/jobs/schema.ts";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import { HOUR, MINUTE, openWorld, SHOP, type World } from "./world.ts";

function add(world: World, number = 1): void {
  const repository = { id: world.shop, owner: "olivia", name: "shop" };
  const look = { forge: "gitea", repository, issueNumber: number, kind: "state" } as const;
  world.queue.db.write((tx) => addLook(tx, look, world.queue.clock.now));
}

const seen = ({ queue }: World) => queue.db.orm.select().from(repositories).all();
const waiting = ({ queue }: World) => queue.db.orm.select().from(looks).all();

test("a look at an issue's state is carried out as soon as it is stored", async () => {
  const world = await openWorld();
  const catchUp = world.catchUp();
  catchUp.start();
  world.forge.closeIssue(SHOP, 1);
  add(world);
  catchUp.wake();
  await vi.waitFor(() => expect(world.states).toHaveLength(1));
  expect(world.states).toMatchObject([{ number: 1, state: "closed", isPullRequest: false }]);
  await catchUp[Symbol.asyncDispose]();
  expect(waiting(world)).toEqual([]);
});

test("an issue that is gone is told as gone", async () => {
  const world = await openWorld();
  world.forge.deleteIssue(SHOP, 1);
  add(world);
  await world.catchUp().once();
  expect(world.states).toMatchObject([{ number: 1, state: "gone", isPullRequest: undefined }]);
});

test("a look that the forge does not answer is tried again, for a day", async () => {
  const world = await openWorld();
  add(world);
  world.forge.fail({ answer: 503, times: Infinity, path: /issues/ });
  const catchUp = world.catchUp();
  await catchUp.once();
  expect(waiting(world)).toMatchObject([{ tries: 1 }]);
  world.pass(MINUTE);
  await catchUp.once();
  expect(waiting(world)).toMatchObject([{ tries: 2 }]);
  world.pass(25 * HOUR);
  await catchUp.once();
  expect(waiting(world)).toEqual([]);
  expect(world.states).toEqual([]);
});

test("a look that is asked for again while it is carried out is carried out again", async () => {
  const world = await openWorld();
  add(world);
  const catchUp = world.catchUp({
    onState: async (state) => {
      // Within the same millisecond.
      if (world.states.push(state) === 1) add(world);
    },
  });
  await catchUp.once();
  expect(waiting(world)).toHaveLength(1);
  await catchUp.once();
  expect(waiting(world)).toEqual([]);
  expect(world.states).toHaveLength(2);
});

test("where one account of an App is limited, the looks of others are carried out", async () => {
  const world = await openWorld();
  add(world);
  await world.forge.addRepository("walter/till", { files: { a: "a\n" } });
  const { id } = await world.view.repository("walter", "till");
  world.forge.createIssue("walter/till", { by: "walter", title: "Broken" });
  const other = { id, owner: "walter", name: "till" };
  const look = { forge: "gitea", repository: other, issueNumber: 1, kind: "state" } as const;
  world.queue.db.write((tx) => addLook(tx, look, world.queue.clock.now));
  const limited = {
    ...world.view,
    repository: async (owner: string, name: string) => {
      if (owner === "walter") return world.view.repository(owner, name);
      throw new KugetsuError("unavailable", "Too many.", {
        retryAfterMs: HOUR,
        ofOneAccount: true,
      });
    },
  };
  await world.catchUp({ forges: async () => new Map([["gitea", limited]]) }).once();
  expect(world.states).toMatchObject([{ repository: { owner: "walter" }, number: 1 }]);
  expect(waiting(world)).toMatchObject([{ owner: "olivia" }]);
});

async function broken(): Promise<World> {
  const world = await openWorld();
  for (let number = 2; number <= 5; number++)
    world.forge.createIssue(SHOP, { by: "walter", title: "T", body: "It is." });
  for (let number = 1; number <= 4; number++) add(world, number);
  return world;
}
const asked = ({ forge }: World) =>
  forge.requests.filter(({ path }) => /issues\/\d+$/.test(path)).length;

describe("looks that the forge does not answer", () => {
  test("do not keep the repositories from being read", async () => {
    const world = await broken();
    world.watch();
    world.forge.fail({ answer: 500, times: Infinity, path: /issues\/\d+$/ });
    world.say("/kugetsu fix it");
    world.pass(10 * MINUTE);
    await world.catchUp().once();
    world.forge.clearFaults();
    expect(await world.orders()).toEqual(["queued: fix it"]);
  });

  test("are left off after three of one repository, and those of another one go on", async () => {
    const world = await broken();
    const { id } = await world.forge.addRepository("olivia/cellar", {
      collaborators: { "kugetsu-bot": "admin" },
    });
    const repository = { id, owner: "olivia", name: "cellar" };
    const look = { forge: "gitea", repository, issueNumber: 1, kind: "state" } as const;
    world.queue.db.write((tx) => addLook(tx, look, world.queue.clock.now));
    world.forge.fail({ answer: 500, times: Infinity, path: /shop\/issues\/\d+$/ });
    const catchUp = world.catchUp();
    await catchUp.once();
    expect(asked(world)).toBe(4);
    expect(world.states).toMatchObject([{ repository, state: "gone" }]);
    expect(waiting(world).map(({ tries }) => tries)).toEqual([1, 1, 1, 0]);
  });

  test("go behind those that were not tried yet", async () => {
    const world = await broken();
    world.forge.fail({ answer: 500, times: 3, path: /issues\/\d+$/ });
    const catchUp = world.catchUp();
    await catchUp.once();
    world.pass(HOUR);
    await catchUp.once();
    expect(world.states.map(({ number }) => number)).toEqual([4, 1, 2, 3]);
  });

  test("are all left off where the forge wants to be left alone, and nothing else is asked", async () => {
    const world = await broken();
    world.watch();
    world.forge.fail({ answer: 429, headers: { "retry-after": "60" }, path: /issues\/\d+$/ });
    await world.catchUp().once();
    expect(asked(world)).toBe(1);
    expect(world.repository().lookedAt).toBeNull();
  });
});

function told(world: World, name: string, id = world.shop): void {
  const repository = { id, owner: "olivia", name };
  const look = { forge: "gitea", repository, issueNumber: 0, kind: "repository" } as const;
  world.queue.db.write((tx) => addLook(tx, look, world.queue.clock.now));
}

describe("a look at a repository's name", () => {
  test("tells of the name that the forge has for it, whatever a delivery said", async () => {
    const world = await openWorld();
    world.watch();
    world.forge.rename(SHOP, "between");
    world.forge.rename("olivia/between", "store");
    told(world, "between");
    await world.catchUp().once();
    expect(waiting(world)).toEqual([]);
    expect(world.renames).toMatchObject([
      { from: { owner: "olivia", name: "shop" }, to: { owner: "olivia", name: "store" } },
    ]);
    expect(world.repository()).toMatchObject({ owner: "olivia", name: "store" });
  });

  test("believes nobody that it has the name of another one", async () => {
    const world = await openWorld();
    world.watch();
    await world.forge.addRepository("olivia/other", { collaborators: { "kugetsu-bot": "write" } });
    told(world, "other");
    told(world, "nowhere", 4711);
    await world.catchUp().once();
    expect(waiting(world)).toEqual([]);
    expect(world.renames).toEqual([]);
    expect(world.repository()).toMatchObject({ owner: "olivia", name: "shop" });
  });

  test("is taken again a little later while a turn is at work there", async () => {
    const world = await openWorld();
    world.watch();
    world.forge.rename(SHOP, "store");
    told(world, "store");
    let turns = 2;
    const catchUp = world.catchUp({
      // The look itself, and the repository's own round.
      onRename: async () => {
        if (turns-- > 0) throw new KugetsuError("conflict", "A turn is at work.");
      },
    });
    await catchUp.once();
    expect(waiting(world)).toMatchObject([{ dueAt: world.queue.clock.now + MINUTE }]);
    world.pass(MINUTE);
    await catchUp.once();
    expect(waiting(world)).toEqual([]);
    expect(world.repository()).toMatchObject({ name: "store" });
  });
});

describe("a repository that a delivery tells of", () => {
  test("is watched, from then on, once the forge knows it by that number and name", async () => {
    const world = await openWorld();
    const since = world.queue.clock.now;
    told(world, "shop");
    world.pass(MINUTE);
    await world.catchUp().once();
    expect(waiting(world)).toEqual([]);
    expect(seen(world)).toMatchObject([{ repositoryId: world.shop, name: "shop", seenAt: since }]);
  });

  test("is forgotten when it is an invention", async () => {
    const world = await openWorld();
    told(world, "nowhere", 4711);
    told(world, "shop", 4712);
    await world.catchUp().once();
    expect(waiting(world)).toEqual([]);
    expect(seen(world)).toEqual([]);
    expect(world.lines).toEqual([]);
  });

  test("is found in its true place although another name is told of it", async () => {
    const world = await openWorld();
    world.watch();
    world.forge.closeIssue(SHOP, 1);
    const repository = { id: world.shop, owner: "rita", name: "nowhere" };
    const look = { forge: "gitea", repository, issueNumber: 1, kind: "state" } as const;
    world.queue.db.write((tx) => addLook(tx, look, world.queue.clock.now));
    await world.catchUp().once();
    expect(world.states[0]).toMatchObject({ state: "closed", repository: { name: "shop" } });
  });
});
