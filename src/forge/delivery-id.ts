/** What begins so is no forge's: catch-up calls its own deliveries that. */
export const CATCH_UP = "catch-up:";

/** What a header calls a delivery: at most 100 plain characters; undefined for anything else, and for what is reserved. */
export function readDeliveryId(header: string | null | undefined): string | undefined {
  if (header === null || header === undefined || !/^[A-Za-z0-9._:-]{1,100}$/.test(header))
    return undefined;
  return header.toLowerCase().startsWith(CATCH_UP) ? undefined : header;
}
