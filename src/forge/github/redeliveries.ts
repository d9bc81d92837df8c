import { understood } from "../gitea/call.ts";
import { field, moment, positive, text } from "../gitea/fields.ts";
import type { Rest } from "./access.ts";
import { call } from "./call.ts";
import { nextCursor } from "./pages.ts";

const MAX_PAGES = 10;
/** Each is a write, and writes are a second apart. */
const MAX_RESENT = 100;

/**
 * Asks GitHub to send again what an App's webhook did not take: the deliveries since then whose newest attempt failed.
 * Sent again, they have the id that they had.
 *
 * @param rest speaks as the App itself
 * @param since milliseconds since 1970
 * @returns how many are sent again, 100 at most
 */
export async function resendFailed(rest: Rest, since: number): Promise<number> {
  let resent = 0;
  for (const id of (await failedSince(rest, since)).slice(0, MAX_RESENT)) {
    // What is too old, or under way, is refused.
    const { status } = await call(
      "have a delivery sent again",
      () => rest.apps.redeliverWebhookDelivery({ delivery_id: id as unknown as number }),
      [400, 404, 422],
    );
    if (status < 300) resent++;
  }
  return resent;
}

interface Attempt {
  readonly id: string;
  readonly failed: boolean;
}

/** The newest attempts that failed, the oldest first. */
async function failedSince(rest: Rest, since: number): Promise<string[]> {
  const what = "list the App's deliveries";
  const newest = new Map<string, Attempt>();
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
      if (at === undefined || Date.parse(at) < since) return failed(newest);
      const id = deliveryNumber(field(item, "id"));
      const guid = text(field(item, "guid"), 100);
      const status = Number(field(item, "status_code"));
      // The newest come first.
      if (id === undefined || guid === undefined || newest.has(guid)) continue;
      newest.set(guid, { id, failed: !(status >= 200 && status < 300) });
    }
    cursor = nextCursor(headers["link"]);
    if (cursor === undefined) break;
  }
  return failed(newest);
}

/** They have long left behind what a JavaScript number can tell apart; octokit reads such as bigint. */
function deliveryNumber(value: unknown): string | undefined {
  if (typeof value === "bigint") return value > 0n ? String(value) : undefined;
  return positive(value)?.toString();
}

function failed(newest: ReadonlyMap<string, Attempt>): string[] {
  return [...newest.values()]
    .filter((one) => one.failed)
    .map(({ id }) => id)
    .toReversed();
}
