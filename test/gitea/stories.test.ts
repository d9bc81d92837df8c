import { afterAll, beforeAll, expect, test } from "vitest";
import { STORIES } from "../e2e/stories/stories.ts";
import type { StoryWorld } from "../support/story-world.ts";
import { openGiteaWorld } from "./world.ts";

let world: StoryWorld;
beforeAll(async () => {
  world = await openGiteaWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await world.forge[Symbol.asyncDispose]();
});

test.each(STORIES)("%s", async (_, story) => {
  await story(world);
  expect((await fetch(`${world.bot().url}/readyz`)).status).toBe(200);
});
