import { readDeliveryId } from "../../delivery-id.ts";

const DELIVERY_HEADERS = [
  "X-Gitea-Delivery",
  "X-Forgejo-Delivery",
  "X-Gogs-Delivery",
  "X-GitHub-Delivery",
];

/** What servers of old call the events, which name no Event-Type. */
const OLD_NAMES = new Map([
  // A comment on a pull request is an `issue_comment` there.
  ["pull_request_comment", "pull_request_review_comment"],
  ["pull_request_approved", "pull_request_review_approved"],
  ["pull_request_rejected", "pull_request_review_rejected"],
]);

/** The id that the forge gave a delivery, at most 100 plain characters, or undefined. */
export function deliveryId(headers: Headers): string | undefined {
  return readDeliveryId(
    DELIVERY_HEADERS.map((name) => headers.get(name)).find((value) => value !== null),
  );
}

/** Gitea's Event-Type: the event alone misleads. */
export function eventType(headers: Headers): string | undefined {
  const type = headers.get("X-Gitea-Event-Type") ?? headers.get("X-Forgejo-Event-Type");
  if (type !== null) return eventName(type);
  const event = eventName(headers.get("X-Gitea-Event") ?? "");
  return OLD_NAMES.get(event ?? "") ?? event;
}

function eventName(value: string): string | undefined {
  return /^[a-z_]{1,64}$/.test(value) ? value : undefined;
}
