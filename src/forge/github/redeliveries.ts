import type { Resending } from "../forge.ts";
import { understood } from "../gitea/call.ts";
import { field, moment, positive, text } from "../gitea/fields.ts";
import type { Rest } from "./access.ts";
import { call } from "./call.ts";
import { isActedOn } from "./delivery.ts";
import { nextCursor } from "./pages.ts";

/** 5,000 attempts: a day of most Apps. */
const MAX_PAGES = 50;
/** Each is a write, and writes are a second apart. */
const MAX_RESENT = 100;
const MAX_ASKED = 2 * MAX_RESENT;
/** What failed so often again fails for another reason than that the bot was away. */
const MAX_REDELIVERIES = 3;

/**
 * Asks GitHub to send again what an App's webhook did not take: of the deliveries since then those that the bot would
 * act on, and whose every attempt failed, the oldest first. Sent again, they have the id that they had. How often one
 * was sent again is read from the list, and so is the same for every process.
 *
 * @param rest speaks as the App itself
 * @param since milliseconds since 1970
 */
export async function resendFailed(rest: Rest, since: number): Promise<Resending> {
  const { deliveries, isWhole } = await deliveriesSince(rest, since);
  const failed = [...deliveries.values()].filter(isToBeResent).toReversed();
  let resent = 0;
  let asked = 0;
  for (const { newest } of failed) {
    if (resent === MAX_RESENT || asked === MAX_ASKED) break;
    asked++;
    // What is too old, or under way, is refused.
    const { status } = await call(
      "have a delivery sent again",
      () => rest.apps.redeliverWebhookDelivery({ delivery_id: newest as unknown as number }),
      [400, 404, 422],
    );
    if (status < 300) resent++;
  }
  return { resent, left: failed.length - asked, isWhole };
}

interface Delivery {
  /** Number of its newest attempt. */
  readonly newest: string;
  readonly isActedOn: boolean;
  wasTaken: boolean;
  redeliveries: number;
  /** Its first attempt was read too, and with that all of them. */
  isKnown: boolean;
}

function isToBeResent(one: Delivery): boolean {
  return one.isActedOn && !one.wasTaken && one.isKnown && one.redeliveries < MAX_REDELIVERIES;
}

/** The deliveries with an attempt since then by their id, the newest attempt first. */
async function deliveriesSince(
  rest: Rest,
  since: number,
): Promise<{ readonly deliveries: ReadonlyMap<string, Delivery>; readonly isWhole: boolean }> {
  const what = "list the App's deliveries";
  const deliveries = new Map<string, Delivery>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, headers } = await call(what, () =>
      rest.apps.listWebhookDeliveries({
        per_page: 100,
        ...(cursor === undefined ? {} : { cursor }),
      }),
    );
    const items = understood(what, Array.isArray(data) ? (data as unknown[]) : undefined);
    for (const item of items) {
      const at = moment(field(item, "delivered_at"));
      if (at === undefined || Date.parse(at) < since) return { deliveries, isWhole: true };
      take(deliveries, item);
    }
    cursor = nextCursor(headers["link"]);
    if (cursor === undefined) return { deliveries, isWhole: true };
  }
  return { deliveries, isWhole: false };
}

/** An attempt that is older than those which were taken before. */
function take(deliveries: Map<string, Delivery>, item: unknown): void {
  const newest = deliveryNumber(field(item, "id"));
  const guid = text(field(item, "guid"), 100);
  if (newest === undefined || guid === undefined) return;
  const delivery = deliveries.get(guid) ?? {
    newest,
    isActedOn: isActedOn(field(item, "event"), field(item, "action")),
    wasTaken: false,
    redeliveries: 0,
    isKnown: false,
  };
  deliveries.set(guid, delivery);
  const status = Number(field(item, "status_code"));
  if (status >= 200 && status < 300) delivery.wasTaken = true;
  if (field(item, "redelivery") === true) delivery.redeliveries++;
  else delivery.isKnown = true;
}

/** They have long left behind what a JavaScript number can tell apart; octokit reads such as bigint. */
function deliveryNumber(value: unknown): string | undefined {
  if (typeof value === "bigint") return value > 0n ? String(value) : undefined;
  return positive(value)?.toString();
}
