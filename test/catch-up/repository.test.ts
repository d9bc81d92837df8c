import { describe, expect, test } from "vitest";
import { KugetsuError } from "../../src/kugetsu/errors.ts";
import { repositories } from "../../src/jobs/schema.ts";
import { HOUR, MINUTE, openWorld, SECOND, SHOP } from "./world.ts";

const warnings = ({ lines }: Awaited<ReturnType<typeof openWorld>>) =>
  lines.filter(({ level }) => level === "warn").map(({ message }) => message);

describe("the cursor", () => {
  test("moves with the forge's own times, and not before all was stored", async () => {
    const world = await openWorld();
    world.watch();
    const first = world.queue.clock.now;
    world.pass(HOUR);
    world.say("/kugetsu fix it");
    const written = world.queue.clock.now;
    world.pass(HOUR);
    let isFull = true;
    const accept = world.queue.store.accept.bind(world.queue.store);
    const catchUp = world.catchUp({
      accept: async (delivery) => {
        if (isFull) throw new Error("The disk is full.");
        return accept(delivery);
      },
    });
    await catchUp.once();
    expect(world.repository()).toMatchObject({ cursor: first, trouble: "Internal error." });
    isFull = false;
    await catchUp.once();
    expect(world.repository()).toMatchObject({ cursor: written - 2 * MINUTE, trouble: null });
    expect(await world.orders()).toEqual(["queued: fix it"]);
  });

  test("does not go back behind the moment from which the repository is known", async () => {
    const world = await openWorld();
    world.say("/kugetsu fix before");
    world.pass(2 * SECOND);
    world.watch();
    const first = world.queue.clock.now;
    world.say("Nothing to do.");
    const catchUp = world.catchUp();
    await catchUp.once();
    expect(world.repository().cursor).toBe(first);
    await catchUp.once();
    expect(await world.orders()).toEqual([]);
  });

  test("is not led into the future by what bears a wrong time: what comes later is found", async () => {
    const world = await openWorld();
    world.watch();
    const { clock } = world.queue;
    const now = clock.now;
    clock.now = now + 1_000 * HOUR;
    world.forge.comment(SHOP, 1, { by: "walter", body: "From the future." });
    clock.now = now;
    const catchUp = world.catchUp();
    await catchUp.once();
    expect(world.repository().cursor).toBeLessThanOrEqual(now);
    for (const order of ["one", "another"]) {
      world.say(`/kugetsu fix ${order}`);
      await catchUp.once();
    }
    expect(await world.orders()).toEqual(["queued: fix one", "queued: fix another"]);
  });

  test("comes back from the future, and past more from there than fits into an answer", async () => {
    const world = await openWorld();
    world.watch();
    const { clock, db } = world.queue;
    const now = clock.now;
    db.orm
      .update(repositories)
      .set({ cursor: now + HOUR })
      .run();
    clock.now = now + 1_000 * HOUR;
    for (let more = 0; more < 120; more++)
      world.forge.comment(SHOP, 1, { by: "rita", body: "From the future." });
    clock.now = now;
    const catchUp = world.catchUp();
    await catchUp.once();
    world.say("/kugetsu fix it");
    await catchUp.once();
    expect(await world.orders()).toEqual(["queued: fix it"]);
    expect(world.repository().dueAt).toBeGreaterThan(clock.now);
  });

  test("of a busy repository goes on from look to look, and nothing is left out", async () => {
    const world = await openWorld();
    world.watch();
    for (let more = 0; more < 600; more++) {
      world.pass(SECOND);
      world.forge.comment(SHOP, 1, {
        by: "rita",
        body: more === 300 ? "/kugetsu help" : "Me, too.",
      });
    }
    world.say("/kugetsu fix it");
    await world.catchUp().once();
    expect(await world.orders()).toEqual(["refused: help", "queued: fix it"]);
    expect(warnings(world).filter((one) => one !== "refused")).toEqual([]);
  });
});

test("one look asks only so much, and the next one goes on, also within one second", async () => {
  const world = await openWorld();
  world.watch();
  const issue = { by: "walter", title: "T", body: "It is.", labels: ["kugetsu"] };
  world.pass(MINUTE);
  for (let more = 0; more < 310; more++) world.forge.createIssue(SHOP, issue);
  world.pass(MINUTE);
  const told = () => new Set(world.states.map(({ number }) => number)).size;
  const asked = () => world.forge.requests.filter(({ path }) => path.includes("/timeline")).length;
  const catchUp = world.catchUp();
  await catchUp.once();
  expect([asked(), told()]).toEqual([300, 300]);
  expect(world.repository().dueAt).toBe(world.queue.clock.now);
  // Something may have changed once more within the second.
  await catchUp.once();
  expect([asked(), told()]).toEqual([600, 300]);
  await catchUp.once();
  expect([asked(), told()]).toEqual([610, 310]);
  expect(world.repository().dueAt).toBeGreaterThan(world.queue.clock.now);
  expect(await world.queue.store.list()).toHaveLength(310);
});

describe("a repository that is called otherwise now", () => {
  test("is followed, and what is kept under its name is told", async () => {
    const world = await openWorld();
    world.watch();
    world.forge.rename(SHOP, "store");
    world.forge.comment("olivia/store", 1, { by: "walter", body: "/kugetsu fix it" });
    await world.catchUp().once();
    expect(world.renames).toEqual([
      {
        forge: "gitea",
        instance: world.forge.host,
        id: world.shop,
        from: { owner: "olivia", name: "shop" },
        to: { owner: "olivia", name: "store" },
      },
    ]);
    expect(world.repository()).toMatchObject({ owner: "olivia", name: "store" });
    expect(await world.orders()).toEqual(["queued: fix it"]);
    expect(await world.queue.store.get(1)).toMatchObject({
      ref: `${world.forge.host}/olivia/store#1`,
    });
  });

  test("is found within the hour, and told again where that failed", async () => {
    const world = await openWorld();
    world.watch();
    let failures = 1;
    const catchUp = world.catchUp({
      onRename: async (rename) => {
        if (failures-- > 0) throw new Error("not now");
        world.renames.push(rename);
      },
    });
    await catchUp.once();
    world.forge.transfer(SHOP, "walter");
    world.pass(HOUR);
    await catchUp.once();
    expect(world.repository()).toMatchObject({ owner: "olivia" });
    await catchUp.once();
    expect(world.renames).toMatchObject([{ to: { owner: "walter", name: "shop" } }]);
    expect(world.repository()).toMatchObject({ owner: "walter", name: "shop", trouble: null });
  });

  test("is read on while a turn is at work there, and told again with the next look", async () => {
    const world = await openWorld();
    world.watch();
    let isAtWork = true;
    const catchUp = world.catchUp({
      onRename: async (rename) => {
        world.renames.push(rename);
        if (isAtWork) throw new KugetsuError("conflict", "A turn is at work.");
      },
    });
    world.forge.rename(SHOP, "store");
    world.forge.comment("olivia/store", 1, { by: "walter", body: "/kugetsu fix it" });
    await catchUp.once();
    expect(world.repository()).toMatchObject({ name: "shop", trouble: null, tries: 0 });
    expect(await world.orders()).toEqual(["queued: fix it"]);
    isAtWork = false;
    await catchUp.once();
    expect(world.renames).toHaveLength(2);
    expect(world.repository()).toMatchObject({ name: "store" });
  });

  test("whose name another one took is not taken for that", async () => {
    const world = await openWorld();
    world.watch(SHOP, 4711);
    world.say("/kugetsu fix it");
    await world.catchUp().once();
    expect(await world.orders()).toEqual([]);
    expect(world.repository().trouble).toBe(
      "Another repository has its name now. The next delivery from it tells what it is called.",
    );
  });
});

describe("a repository that cannot be read", () => {
  test("is told once, tried rarely, and well again when it can", async () => {
    const world = await openWorld();
    world.watch();
    world.say("/kugetsu fix it");
    world.forge.fail({ answer: 403, path: /\/repos\/olivia\/shop/, times: Infinity });
    const catchUp = world.catchUp();
    await catchUp.once();
    await catchUp.once();
    expect(world.repository()).toMatchObject({
      tries: 2,
      dueAt: world.queue.clock.now + 6 * HOUR,
      trouble: expect.stringContaining("The bot's account may not do this."),
    });
    expect(warnings(world)).toEqual(["A repository cannot be read for what no delivery told"]);
    world.forge.clearFaults();
    await catchUp.once();
    expect(world.repository()).toMatchObject({ tries: 0, trouble: null });
    expect(await world.orders()).toEqual(["queued: fix it"]);
  });

  test("is left alone as long as the forge asks for", async () => {
    const world = await openWorld();
    world.watch();
    world.say("/kugetsu fix it");
    world.forge.fail({ answer: 429, headers: { "retry-after": "120" }, times: Infinity });
    const catchUp = world.catchUp();
    await catchUp.once();
    expect(world.repository()).toMatchObject({
      tries: 1,
      dueAt: world.queue.clock.now + 120 * SECOND,
    });
  });
});

test("one that the operator does not serve is not read, and new when it is served", async () => {
  const world = await openWorld();
  world.watch();
  world.say("/kugetsu fix not served");
  let allow: readonly string[] = ["acme"];
  const catchUp = world.catchUp({ allow: async () => allow });
  const requests = world.forge.requests.length;
  world.pass(MINUTE);
  await catchUp.once();
  expect(world.forge.requests).toHaveLength(requests);
  allow = ["acme", "olivia"];
  world.say("/kugetsu fix served");
  await catchUp.once();
  expect(await world.orders()).toEqual(["queued: fix served"]);
});

test("who wants to know is told what became of every issue that changed", async () => {
  const world = await openWorld();
  world.watch();
  world.pass(MINUTE);
  world.forge.closeIssue(SHOP, 1, "walter");
  await world.catchUp().once();
  const { host: instance } = world.forge;
  const repository = { id: world.shop, owner: "olivia", name: "shop" };
  expect(world.states).toEqual([
    {
      forge: "gitea",
      instance,
      repository,
      number: 1,
      state: "closed",
      isPullRequest: false,
      isTold: false,
    },
  ]);
});

test("one that is configured is watched from the start, whatever becomes of another one", async () => {
  const world = await openWorld();
  await world.forge.addRepository("olivia/cellar", { files: { a: "a\n" } });
  world.forge.fail({ answer: 500, path: /cellar/, times: Infinity });
  const allow = ["olivia/cellar", "olivia/attic", "../..", "walter", SHOP.toUpperCase()];
  const catchUp = world.catchUp({ allow: async () => allow });
  await catchUp.once();
  expect(world.repository()).toMatchObject({ owner: "olivia", name: "shop", trouble: null });
  world.say("/kugetsu fix it");
  world.forge.clearFaults();
  world.pass(HOUR);
  await catchUp.once();
  expect(await world.orders()).toEqual(["queued: fix it"]);
  expect(world.queue.db.orm.select().from(repositories).all()).toHaveLength(2);
});

test("the cursor does not pass the end of a list of comments that was cut, however many issues changed", async () => {
  const world = await openWorld();
  world.watch();
  const since = world.queue.clock.now;
  world.pass(HOUR);
  const [number, iso] = [1, (ms: number) => new Date(ms).toISOString()];
  const issue = await world.view.issue({ owner: "olivia", name: "shop", number });
  const pull = { ...issue, isPullRequest: true, updatedAt: iso(since + 40 * MINUTE) };
  const cut = {
    ...world.view,
    reviews: async () => [],
    changes: async () => ({
      comments: [
        {
          id: 1,
          issueNumber: 1,
          body: "Hm.",
          author: world.person("walter"),
          createdAt: iso(since + MINUTE),
          updatedAt: iso(since + MINUTE),
          webUrl: "",
        },
      ],
      issues: Array.from({ length: 40 }, (_, index) => ({ ...pull, number: index + 2 })),
      validators: {},
      complete: false,
    }),
  };
  await world.catchUp({ forges: async () => new Map([["gitea", cut]]) }).once();
  expect(world.repository().cursor).toBe(since + MINUTE);
});

const scopesOf = (forge: string) => (forge === "gitea" ? [SHOP] : []);

test("one whose webhook was set up is watched from the start, before its first delivery", async () => {
  const world = await openWorld();
  await world.catchUp({ watched: scopesOf }).once();
  world.say("/kugetsu fix it");
  world.pass(10 * MINUTE);
  await world.catchUp({ watched: scopesOf }).once();
  expect(await world.orders()).toEqual(["queued: fix it"]);
});

test("one that is configured with its host is watched on that forge alone", async () => {
  const world = await openWorld();
  await world.forge.addRepository("olivia/cellar", { files: { a: "a\n" } });
  const allow = [`${world.forge.host}/olivia/cellar`, `other.example.org/${SHOP}`];
  await world.catchUp({ allow: async () => allow }).once();
  const watched = world.queue.db.orm.select().from(repositories).all();
  expect(watched).toMatchObject([{ owner: "olivia", name: "cellar", trouble: null }]);
});
