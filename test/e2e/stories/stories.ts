import type { StoryWorld } from "../../support/story-world.ts";
import { catchUp } from "./catch-up.ts";
import { closedDoors } from "./closed-doors.ts";
import { edit } from "./edit.ts";
import { fix } from "./fix.ts";
import { opening } from "./opening.ts";
import { permission } from "./permission.ts";
import { pullRequest } from "./pull-request.ts";
import { rename } from "./rename.ts";
import { setting } from "./setting.ts";

/** All stories that a forge must be able to tell, each with an issue or a repository of its own. */
export const STORIES: readonly (readonly [
  name: string,
  story: (world: StoryWorld) => Promise<unknown>,
])[] = [
  ["a comment becomes a branch, a pull request and a report, and a follow-up goes on", fix],
  ["an edit that first makes a command counts once, and of those who may alone", edit],
  ["the label gives an order when it is set, and takes it back", (w) => setting("label", w)],
  ["the assignment gives one, and takes it back", (w) => setting("assignment", w)],
  ["a new issue with command, label and assignee is one order", opening],
  ["a pull request's own branch is worked on for its reviews and comments", pullRequest],
  ["who may push may order, in an organisation by teams as well", permission],
  ["a renamed repository's conversations go on", rename],
  ["what came while the bot was down is worked off once", catchUp],
  ["a locked issue is served, and an archived repository holds nobody up", closedDoors],
];
