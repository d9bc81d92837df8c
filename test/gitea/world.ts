import { openRealGitea } from "../support/real-gitea.ts";
import { openStoryWorld, type StoryWorld } from "../support/story-world.ts";

/** The server that GITEA_URL and GITEA_ADMIN_TOKEN name, and a bot before it. */
export async function openGiteaWorld(): Promise<StoryWorld> {
  const url = (process.env["GITEA_URL"] ?? "").replace(/\/+$/, "");
  const forge = await openRealGitea(url, process.env["GITEA_ADMIN_TOKEN"] ?? "");
  try {
    return await openStoryWorld(forge, { botHost: process.env["GITEA_TEST_BOT_HOST"] });
  } catch (error) {
    await forge[Symbol.asyncDispose]();
    throw error;
  }
}
