import { expect, test } from "vitest";
import { addLook } from "../../src/jobs/looks.ts";
import { looks } from "../../src/jobs/schema.ts";
import { MINUTE, openWorld, SHOP, type World } from "./world.ts";

/** Whoever can sign a delivery tells that words of issue 1 are gone. */
function told(world: World, change: { name?: string; id?: number } = {}): void {
  const { name = "shop", id = world.shop } = change;
  const repository = { id, owner: "olivia", name };
  const look = { forge: "gitea", repository, issueNumber: 1, kind: "words" } as const;
  world.queue.db.write((tx) => addLook(tx, look, world.queue.clock.now));
}

async function ordered(): Promise<{ world: World; first: number }> {
  const world = await openWorld();
  world.watch();
  const first = world.say("/kugetsu fix one");
  world.say("/kugetsu fix two");
  await world.deliver();
  await world.orders();
  return { world, first };
}

test("a deleted comment takes back its order, when that waits, and no other", async () => {
  const { world, first } = await ordered();
  world.forge.deleteComment(first, "olivia");
  await world.deliver();
  let takenBack = 0;
  await world.catchUp({ onTakenBack: () => takenBack++ }).once();
  expect(await world.orders()).toEqual(["stopped: fix one", "queued: fix two"]);
  expect(takenBack).toBe(1);
  expect(world.queue.db.orm.select().from(looks).all()).toEqual([]);
});

test("words that are there take back nothing, whatever is told of them", async () => {
  const { world } = await ordered();
  told(world);
  await world.catchUp().once();
  expect(await world.orders()).toEqual(["queued: fix one", "queued: fix two"]);
});

test("nor does it help to call the repository by the name of one that has no such words", async () => {
  const { world } = await ordered();
  await world.forge.addRepository("olivia/other", { collaborators: { "kugetsu-bot": "write" } });
  for (const name of ["other", "nowhere"]) {
    told(world, { name });
    await world.catchUp().once();
  }
  expect(await world.orders()).toEqual(["queued: fix one", "queued: fix two"]);
});

test("a wrong name that somebody tells does not keep words from being looked at", async () => {
  const { world, first } = await ordered();
  world.forge.deleteComment(first, "olivia");
  told(world, { name: "nowhere" });
  await world.catchUp().once();
  expect(await world.orders()).toEqual(["stopped: fix one", "queued: fix two"]);
});

test("a deleted comment on a line takes back its order, whatever place a delivery tells for it", async () => {
  const world = await openWorld();
  world.watch();
  const { forge } = world;
  await forge.commit(SHOP, "fix", { by: "walter", message: "m", files: { "README.md": "# s\n" } });
  const pull = await forge.openPull(SHOP, { by: "walter", title: "A fix", head: "fix" });
  world.pass(MINUTE);
  const { comments } = await forge.review(SHOP, pull, {
    by: "olivia",
    state: "commented",
    body: "",
    comments: [{ path: "README.md", line: 1, body: "/kugetsu fix line" }],
  });
  await world.deliver();
  const catchUp = world.catchUp();
  await catchUp.once();
  expect(await world.orders()).toEqual(["queued: fix line"]);
  forge.deleteReviewComment(comments[0] ?? 0, "olivia");
  await world.deliver();
  await catchUp.once();
  expect(await world.orders()).toEqual(["stopped: fix line"]);
});
