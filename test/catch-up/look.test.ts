import { expect, test, vi } from "vitest";
import { addLook } from "../../src/jobs/looks.ts";
import { looks } from "../../src/jobs/schema.ts";
import { HOUR, MINUTE, openWorld, SHOP, type World } from "./world.ts";

function add(world: World, number = 1): void {
  const repository = { id: world.shop, owner: "olivia", name: "shop" };
  const look = { forge: "gitea", repository, issueNumber: number, kind: "state" } as const;
  world.queue.db.write((tx) => addLook(tx, look, world.queue.clock.now));
}

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
      if (world.states.push(state) > 1) return;
      world.pass(1);
      add(world);
    },
  });
  await catchUp.once();
  expect(waiting(world)).toHaveLength(1);
  await catchUp.once();
  expect(waiting(world)).toEqual([]);
  expect(world.states).toHaveLength(2);
});
