import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import type { SandboxForge } from "../../src/demo/forge/sandbox.ts";
import { NO_LONG } from "../support/long.ts";
import { PEOPLE, sandboxUnderTest } from "../support/sandbox-under-test.ts";
import { openStoryWorld, type StoryWorld } from "../support/story-world.ts";
import { STORIES } from "./stories/stories.ts";

// What is told of a real server is told of the sandbox as well. Other tests go the same ways there in less time.
describe.skipIf(NO_LONG)("on the sandbox forge", () => {
  let forge: SandboxForge;
  let world: StoryWorld;
  beforeAll(async () => {
    forge = await startSandboxForge();
    for (const login of Object.values(PEOPLE)) forge.addUser(login);
    const token = forge.addToken(PEOPLE.bot, ["all"]);
    world = await openStoryWorld(sandboxUnderTest(forge, token));
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await forge[Symbol.asyncDispose]();
  });

  test.each(STORIES)("%s", async (_, story) => {
    await story(world);
    expect((await fetch(`${world.bot().url}/readyz`)).status).toBe(200);
  });
});
