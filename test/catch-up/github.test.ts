import { describe, expect, test } from "vitest";
import { refusals } from "../support/refusals.ts";
import { HOUR, MINUTE, openWorld, SHOP } from "./world.ts";

// With a token GitHub is looked through as Gitea is. That an App asks for its failed deliveries stands in
// catch-up.test.ts.

describe("what came on GitHub while the bot was down", () => {
  test("five comments, one of them edited: after the start each command runs once", async () => {
    const world = await openWorld("github");
    world.watch();
    world.pass(HOUR);
    for (const message of ["one", "two", "three", "four"]) world.say(`/kugetsu fix ${message}`);
    const edited = world.say("/kugetsu fix ive");
    world.pass(MINUTE);
    world.forge.editComment(edited, { by: "walter", body: "/kugetsu fix five" });
    world.pass(MINUTE);
    await world.catchUp().once();
    const once = ["one", "two", "three", "four", "five"].map((message) => `queued: fix ${message}`);
    expect(await world.orders()).toEqual(once);
    const again = world.catchUp();
    await again.once();
    await world.deliver();
    await again.once();
    const orders = await world.orders();
    expect(orders.filter((order) => order.startsWith("queued"))).toEqual(once);
    expect(refusals(world.forge)).toEqual([]);
  });

  test("a repository that is watched for the first time, with years of old commands: none runs", async () => {
    const world = await openWorld("github");
    world.say("/kugetsu fix years ago");
    world.pass(365 * 24 * HOUR);
    world.say("/kugetsu fix a moment ago");
    world.pass(MINUTE);
    const catchUp = world.catchUp({ allow: async () => [SHOP] });
    await catchUp.once();
    await catchUp.once();
    expect(await world.orders()).toEqual([]);
    world.say("/kugetsu fix now");
    await catchUp.once();
    expect(await world.orders()).toEqual(["queued: fix now"]);
    expect(refusals(world.forge)).toEqual([]);
  });

  test("a label and an assignment, by whoever set them", async () => {
    const world = await openWorld("github");
    world.watch();
    world.pass(HOUR);
    world.forge.label(SHOP, 1, { by: "olivia", name: "kugetsu" });
    const other = world.forge.createIssue(SHOP, { by: "rita", title: "T", body: "Broken." });
    world.pass(5 * MINUTE);
    world.forge.assign(SHOP, other, { by: "walter", assignee: "kugetsu-bot" });
    world.pass(HOUR);
    await world.catchUp().once();
    expect(await world.orders()).toEqual(["queued: fix", "queued: fix"]);
    const jobs = [await world.queue.store.get(1), await world.queue.store.get(2)];
    expect(jobs).toMatchObject([
      { trigger: "label", issueNumber: 1, actor: { login: "olivia" } },
      { trigger: "assignment", issueNumber: other, actor: { login: "walter" } },
    ]);
    expect(refusals(world.forge)).toEqual([]);
  });

  test("a review, and a comment on a line", async () => {
    const world = await openWorld("github");
    const { forge } = world;
    world.watch();
    const files = { "README.md": "# s\n" };
    await forge.commit(SHOP, "fix", { by: "walter", message: "m", files });
    const number = await forge.openPull(SHOP, { by: "walter", title: "A fix", head: "fix" });
    world.pass(MINUTE);
    await forge.review(SHOP, number, {
      by: "olivia",
      state: "commented",
      body: "/kugetsu help review",
      comments: [{ path: "README.md", line: 1, body: "/kugetsu help line" }],
    });
    world.pass(MINUTE);
    const catchUp = world.catchUp();
    await catchUp.once();
    await world.deliver();
    await catchUp.once();
    const orders = (await world.orders()).filter((order) => order.startsWith("queued"));
    expect(orders.toSorted()).toEqual(["queued: help line", "queued: help review"]);
    expect(refusals(forge)).toEqual([]);
  });

  test("another name: the repository is looked at under it", async () => {
    const world = await openWorld("github");
    world.watch();
    world.pass(MINUTE);
    world.forge.rename(SHOP, "store");
    world.forge.comment("olivia/store", 1, { by: "walter", body: "/kugetsu fix it" });
    await world.catchUp().once();
    expect(await world.orders()).toEqual(["queued: fix it"]);
    expect(world.repository()).toMatchObject({ owner: "olivia", name: "store", trouble: null });
    expect(world.renames).toMatchObject([{ forge: "github", to: { name: "store" } }]);
    expect(refusals(world.forge)).toEqual([]);
  });
});
