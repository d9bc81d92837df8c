import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, openWorld, SHOP } from "./world.ts";

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
    const jobs = [await world.queue.store.get(1), await world.queue.store.get(2)];
    expect(jobs).toMatchObject([
      { trigger: "label", issueNumber: 1, actor: { login: "olivia" } },
      { trigger: "assignment", issueNumber: other, actor: { login: "walter" } },
    ]);
    world.say("Nothing to do.", "rita");
    world.say("Nothing to do.", "rita", other);
    await catchUp.once();
    await world.catchUp().once();
    expect(await world.orders()).toHaveLength(2);
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

test("the command of a review and of a comment on a line run once, whether a delivery hinted at them or not", async () => {
  const world = await openWorld();
  const { forge } = world;
  await forge.commit(SHOP, "fix", { by: "walter", message: "m", files: { "README.md": "# s\n" } });
  const number = await forge.openPull(SHOP, {
    by: "walter",
    title: "A fix",
    head: "fix",
    base: "main",
  });
  world.pass(MINUTE);
  world.watch();
  const line = { path: "README.md", line: 1, body: "/kugetsu fix line" };
  world.pass(MINUTE);
  await forge.review(SHOP, number, {
    by: "olivia",
    state: "commented",
    body: "/kugetsu fix review",
    comments: [line],
  });
  const catchUp = world.catchUp();
  await catchUp.once();
  await world.deliver();
  await catchUp.once();
  const found = await world.orders();
  expect(found.map((order) => order.replace(/^\w+: /, "")).toSorted()).toEqual([
    "fix line",
    "fix review",
  ]);
});
