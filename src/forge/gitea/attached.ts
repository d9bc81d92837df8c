import type { Attached } from "../forge.ts";
import { field, list, moment, text } from "./fields.ts";

const PICTURE = /\.(?:png|jpe?g|gif|webp)$/i;
const ID = /^[0-9a-f-]{36}$/i;
const MOST = 50;

/** The pictures beside a text, as a part of what is read of it; nothing where there are none. */
export function readAttached(data: unknown): { attached?: readonly Attached[] } {
  const attached = list(field(data, "assets"))
    .slice(0, MOST)
    .flatMap((asset) => {
      const id = text(field(asset, "uuid"), 40) ?? "";
      const createdAt = moment(field(asset, "created_at"));
      const isPicture = PICTURE.test(text(field(asset, "name"), 500) ?? "");
      if (!isPicture || !ID.test(id) || createdAt === undefined) return [];
      return [{ address: `/attachments/${id}`, createdAt }];
    });
  return attached.length === 0 ? {} : { attached };
}
