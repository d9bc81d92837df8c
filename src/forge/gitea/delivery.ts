import type { ForgeEvent } from "../event.ts";
import type { ReadDelivery } from "../forge.ts";
import { commentEvent } from "./delivery/comment.ts";
import { eventType } from "./delivery/headers.ts";
import { issueEvent } from "./delivery/issue.ts";
import { otherEvent } from "./delivery/repository.ts";
import { reviewEvent } from "./delivery/review.ts";
import { isObject } from "./fields.ts";

export { deliveryId } from "./delivery/headers.ts";

type Read = (type: string, body: object) => ForgeEvent | undefined;

const READERS = new Map<string, Read>([
  ["issues", issueEvent],
  ["issue_label", issueEvent],
  ["issue_assign", issueEvent],
  ["pull_request", issueEvent],
  ["pull_request_label", issueEvent],
  ["pull_request_assign", issueEvent],
  ["issue_comment", commentEvent],
  ["pull_request_comment", commentEvent],
  ["pull_request_review_approved", (_, body) => reviewEvent(body)],
  ["pull_request_review_rejected", (_, body) => reviewEvent(body)],
  ["pull_request_review_comment", (_, body) => reviewEvent(body)],
]);

/** Reads what Gitea and Forgejo send. See ReadDelivery. */
export const readGiteaDelivery: ReadDelivery = (headers, body) => {
  const type = eventType(headers);
  if (type === undefined || !isObject(body)) return undefined;
  const read = READERS.get(type) ?? otherEvent;
  return read(type, body);
};
