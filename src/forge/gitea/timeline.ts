import type { giteaApi } from "gitea-js";
import type { IssueAct, IssueAddress } from "../forge.ts";
import { issueSegments } from "./address.ts";
import { readTimelineAct, type TimelineAct } from "./answers.ts";
import { call, understood } from "./call.ts";

type Api = ReturnType<typeof giteaApi>;

/** The newest act on an issue of the kind that is looked for, or undefined where there was none. */
export async function lastAct(
  api: Api,
  at: IssueAddress,
  isMeant: (act: TimelineAct) => boolean,
): Promise<IssueAct | undefined> {
  const what = "read the timeline";
  const place = issueSegments(at);
  // Without a page's number Gitea answers with all of it. Its pages could not be relied on: comments on lines are left
  // out of them, so that an empty one need not be the last, and the total is that of the page.
  const { data } = await call(what, () => api.repos.issueGetCommentsAndTimeline(...place));
  const entries = understood(what, data === null || Array.isArray(data) ? (data ?? []) : undefined);
  const act = (entries as unknown[])
    .map(readTimelineAct)
    .filter((one) => one !== undefined)
    .filter(isMeant)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.id - b.id)
    .at(-1);
  if (act === undefined) return undefined;
  const { id, isSet, actor, at: moment } = act;
  return { id, isSet, actor, at: moment };
}
