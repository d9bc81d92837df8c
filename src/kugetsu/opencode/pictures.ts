import { RequestError } from "@agentclientprotocol/sdk";
import type { PictureRefusal, PromptPictures } from "../runner.ts";
import type { Agent } from "./agent.ts";
import { isObject } from "./merge.ts";
import type { TurnEnd } from "./turn.ts";

/**
 * Why the pictures are not to be given to that agent; undefined: they are. In the place of each that its model does not
 * take, opencode would tell the model of an error.
 */
export async function pictureRefusal(
  agent: Pick<Agent, "takesPictures" | "port">,
  sessionId: string,
  pictures: PromptPictures | undefined,
): Promise<PictureRefusal | undefined> {
  if (pictures === undefined) return undefined;
  if (!agent.takesPictures) return "agent";
  const takes = await agent.port.takesPictures(sessionId).catch(() => undefined);
  return takes === false ? "model" : undefined;
}

/**
 * Whether opencode gave a prompt back before it asked the model. It does that with a picture that it cannot read, of
 * which it says no more.
 */
export function isGivenBack(end: TurnEnd): boolean {
  if (end.kind !== "error" || !(end.error instanceof RequestError)) return false;
  const { data } = end.error;
  return isObject(data) && data["service"] === "session";
}
