import type { ForgeUnderTest } from "../support/forge-under-test.ts";
import { openRealGitea } from "../support/real-gitea.ts";
import { serverUnderTest } from "./server.ts";
import { openStoryWorld, type StoryWorld } from "../support/story-world.ts";

/** People of their own on that server. */
export async function openServer(): Promise<ForgeUnderTest> {
  const { url, token } = serverUnderTest();
  return openRealGitea(url, token);
}

/** That server, and a bot before it. */
export async function openGiteaWorld(): Promise<StoryWorld> {
  const forge = await openServer();
  try {
    return await openStoryWorld(forge, { botHost: process.env["GITEA_TEST_BOT_HOST"] });
  } catch (error) {
    await forge[Symbol.asyncDispose]();
    throw error;
  }
}
