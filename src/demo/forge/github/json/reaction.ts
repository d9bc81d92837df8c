import { timestamp } from "../../clock.ts";
import type { ReactionRecord } from "../../records.ts";
import type { ForgeState } from "../../state.ts";
import type { Schemas } from "../schemas.ts";
import { nodeId } from "./node-id.ts";
import { userJson } from "./user.ts";

export type ReactionContent = Schemas["reaction"]["content"];

export function reactionJson(state: ForgeState, reaction: ReactionRecord) {
  return {
    id: reaction.id,
    node_id: nodeId("REA", reaction.id),
    user: userJson(state, reaction.user),
    content: reaction.content as ReactionContent,
    created_at: timestamp(reaction.at),
  } satisfies Schemas["reaction"];
}

/** How often each was given; `url` is that of the words. */
export function rollupJson(url: string, reactions: readonly ReactionRecord[]) {
  const count = (content: ReactionContent) =>
    reactions.filter((one) => one.content === content).length;
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    "+1": count("+1"),
    "-1": count("-1"),
    laugh: count("laugh"),
    hooray: count("hooray"),
    confused: count("confused"),
    heart: count("heart"),
    rocket: count("rocket"),
    eyes: count("eyes"),
  } satisfies Schemas["reaction-rollup"];
}
