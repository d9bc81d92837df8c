import type { ForgeEvent, RepositoryId } from "../forge/event.ts";
import type { Asked } from "./receive/asked.ts";
import { receiveIssue } from "./receive/issue.ts";
import { isOwn, type Origin } from "./receive/origin.ts";
import { receiveWords } from "./receive/words.ts";

export type { Origin } from "./receive/origin.ts";

/** What an event asks for, and of which repository it told. */
export type Received = Asked & { readonly seen?: RepositoryId };

/** Reads out of an event what is to be done. Pure; nothing of it is checked with the forge yet. */
export function receive(event: ForgeEvent, origin: Origin): Received {
  if (event.kind === "installation" || event.repository === undefined)
    return { ignored: `nothing is done with ${event.kind}` };
  const isGone = event.kind === "repository" && event.action === "deleted";
  return { ...asked(event, origin), ...(isGone ? {} : { seen: event.repository }) };
}

function asked(event: Exclude<ForgeEvent, { kind: "installation" }>, origin: Origin): Asked {
  switch (event.kind) {
    case "words":
      return receiveWords(event, origin);
    case "issue":
      return receiveIssue(event, origin);
    case "words_gone": {
      // That they are gone, anybody can tell who can sign: the forge is asked.
      const { repository, issueNumber } = event;
      return { look: { repository, issueNumber, kind: "words" } };
    }
    case "review": {
      const { repository, issueNumber, actor } = event;
      if (isOwn(actor, origin)) return { ignored: "the bot's own review, or another bot's" };
      return { look: { repository, issueNumber, kind: "reviews" } };
    }
    case "repository": {
      const { action, repository } = event;
      if (action === "renamed" || action === "transferred")
        return { look: { repository, issueNumber: 0, kind: "repository" } };
      return { ignored: "nothing is done with such a repository" };
    }
    case "other":
      return { ignored: `nothing is done with ${event.kind}` };
    default:
      return event satisfies never;
  }
}
