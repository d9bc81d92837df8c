import { eq } from "drizzle-orm";
import { describe, expect, test, vi } from "vitest";
import { jobs, missed } from "../../src/jobs/schema.ts";
import { CAPS } from "../jobs/queue.ts";
import { HOUR, MINUTE, openWorld, SHOP, type World } from "./world.ts";

const BOT = "kugetsu-bot";

describe("the text of a new issue", () => {
  test("gives its order once, however much happens in the issue", async () => {
    const world = await openWorld();
    world.watch();
    world.pass(MINUTE);
    const body = "It breaks.\n\n/kugetsu fix text";
    const number = world.forge.createIssue(SHOP, { by: "walter", title: "T", body });
    const catchUp = world.catchUp();
    await catchUp.once();
    for (let more = 0; more < 3; more++) {
      world.say("I see it, too.", "rita", number);
      await catchUp.once();
    }
    await world.deliver();
    await world.catchUp().once();
    expect(await world.orders()).toEqual(["queued: fix text"]);
  });

  test("gives none when it was told, and the issue is found since somebody comments", async () => {
    const world = await openWorld();
    world.watch();
    world.pass(MINUTE);
    const number = world.forge.createIssue(SHOP, {
      by: "walter",
      title: "T",
      body: "/kugetsu fix",
    });
    await world.deliver();
    expect(await world.orders()).toEqual(["queued: fix"]);
    world.say("I see it, too.", "rita", number);
    await world.catchUp().once();
    expect(await world.orders()).toEqual(["queued: fix"]);
  });
});

describe("a label and an assignment", () => {
  test("give an order where they were set while the bot was down, by whoever set them", async () => {
    const world = await openWorld();
    world.watch();
    world.pass(HOUR);
    world.forge.label(SHOP, 1, { by: "olivia", name: "kugetsu" });
    const other = world.forge.createIssue(SHOP, { by: "rita", title: "T", body: "Broken." });
    world.pass(5 * MINUTE);
    world.forge.assign(SHOP, other, { by: "walter", assignee: BOT });
    world.pass(HOUR);
    const catchUp = world.catchUp();
    await catchUp.once();
    expect(await world.orders()).toEqual(["queued: fix", "queued: fix"]);
    const both = [await world.queue.store.get(1), await world.queue.store.get(2)];
    expect(both).toMatchObject([
      { trigger: "label", issueNumber: 1, actor: { login: "olivia" } },
      { trigger: "assignment", issueNumber: other, actor: { login: "walter" } },
    ]);
    world.say("Nothing to do.", "rita");
    world.say("Nothing to do.", "rita", other);
    await catchUp.once();
    await world.catchUp().once();
    expect(await world.orders()).toHaveLength(2);
  });

  test("give none where they were set while a turn ran, once that is over", async () => {
    const world = await openWorld();
    const { store, db, owner } = world.queue;
    world.watch();
    world.say("/kugetsu fix it");
    await world.catchUp().once();
    await world.orders();
    const turn = await store.claim({ owner, caps: CAPS });
    world.pass(MINUTE);
    world.forge.label(SHOP, 1, { by: "olivia", name: "kugetsu" });
    await world.deliver();
    await store.finish(turn?.id ?? 0, owner.marker, { state: "done", words: "Done." }, []);
    expect(await world.orders()).toEqual(["done: fix it", "dropped: fix"]);
    // Some forges tell another moment in a delivery than in the list of acts.
    db.orm.update(jobs).set({ meaning: "another" }).where(eq(jobs.state, "dropped")).run();
    world.pass(MINUTE);
    await world.catchUp().once();
    expect(await world.orders()).toHaveLength(2);
    expect(db.orm.select().from(missed).all()).toEqual([]);
  });

  test("give none where they were set before the repository was known", async () => {
    const world = await openWorld();
    world.forge.label(SHOP, 1, { by: "olivia", name: "kugetsu" });
    world.forge.assign(SHOP, 1, { by: "olivia", assignee: BOT });
    world.pass(MINUTE);
    world.watch();
    world.say("Nothing to do.");
    await world.catchUp().once();
    expect(await world.orders()).toEqual([]);
  });

  test("that were set more than a day ago are told to the operator", async () => {
    const world = await openWorld();
    world.watch();
    world.pass(MINUTE);
    world.forge.label(SHOP, 1, { by: "olivia", name: "kugetsu" });
    world.pass(25 * HOUR);
    await world.catchUp().once();
    expect(await world.orders()).toEqual([]);
    expect(world.missed()).toMatchObject([{ actor: "olivia" }]);
  });

  test("with a command in the text of a new issue give one order", async () => {
    const world = await openWorld();
    world.watch();
    world.pass(MINUTE);
    const body = "/kugetsu fix text";
    const number = world.forge.createIssue(SHOP, { by: "walter", title: "T", body });
    world.pass(5_000);
    world.forge.label(SHOP, number, { by: "walter", name: "kugetsu" });
    world.forge.assign(SHOP, number, { by: "walter", assignee: BOT });
    await world.catchUp().once();
    await world.deliver();
    const orders = await world.orders();
    expect(orders.filter((order) => order.startsWith("queued"))).toEqual(["queued: fix text"]);
  });
});

async function openPull(world: World) {
  const { forge } = world;
  const files = { "README.md": "# s\n" };
  await forge.commit(SHOP, "fix", { by: "walter", message: "m", files });
  return forge.openPull(SHOP, { by: "walter", title: "A fix", head: "fix" });
}

/** Whatever became of them. */
const found = (orders: readonly string[]) =>
  orders.map((order) => order.replace(/^\w+: /, "")).toSorted();

describe("a review", () => {
  const review = {
    by: "olivia",
    state: "commented",
    body: "/kugetsu help review",
    comments: [{ path: "README.md", line: 1, body: "/kugetsu help line" }],
  } as const;

  test("whose delivery never came gives its orders once, be they in its body or on a line", async () => {
    const world = await openWorld();
    const number = await openPull(world);
    world.watch();
    world.pass(MINUTE);
    await world.forge.review(SHOP, number, review);
    const catchUp = world.catchUp();
    await catchUp.once();
    await world.deliver();
    world.pass(MINUTE);
    await catchUp.once();
    await world.catchUp().once();
    expect(found(await world.orders())).toEqual(["help line", "help review"]);
  });

  test("that a delivery told of is read as soon as that came", async () => {
    const world = await openWorld();
    const number = await openPull(world);
    await world.deliver();
    await world.forge.review(SHOP, number, review);
    await world.deliver();
    const catchUp = world.catchUp({ intervalMs: 1_000 * HOUR });
    catchUp.start();
    await vi.waitFor(async () =>
      expect(found(await world.orders())).toEqual(["help line", "help review"]),
    );
  });

  test("of old gives none when it is changed without an edit", async () => {
    const world = await openWorld();
    const number = await openPull(world);
    const { comments } = await world.forge.review(SHOP, number, review);
    world.pass(25 * HOUR);
    world.watch();
    world.pass(MINUTE);
    // As when a push makes the line another one: the words stay, the time does not.
    for (const body of ["For a moment.", "/kugetsu help line"])
      for (const id of comments) world.forge.editReviewComment(id, { by: "olivia", body });
    world.say("Nothing to do.", "rita", number);
    await world.catchUp().once();
    expect(await world.orders()).toEqual([]);
  });
});
