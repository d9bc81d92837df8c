import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { KugetsuError } from "../errors.ts";
import { sanitizeRef } from "../ref.ts";
import type { Tx } from "./database.ts";
import { slugs } from "./schema.ts";

/** A directory name may have 255 bytes; this leaves room for the hash and for suffixes. */
const MAX_LENGTH = 180;

/** `SessionStore.claimSlug` inside a transaction of the caller's. */
export function claimSlugOf(tx: Tx, ref: string): string {
  const claimed = tx.select().from(slugs).where(eq(slugs.ref, ref)).get();
  if (claimed !== undefined) return claimed.slug;
  for (const slug of candidates(ref)) {
    const taken = tx
      .select()
      .from(slugs)
      .where(eq(sql`lower(${slugs.slug})`, slug.toLowerCase()))
      .get();
    if (taken !== undefined) continue;
    tx.insert(slugs).values({ ref, slug }).run();
    return slug;
  }
  throw new KugetsuError("internal", "No directory name is left for this issue ref.");
}

/** `SessionStore.blockSlug` inside a transaction of the caller's. One that is blocked already counts as blocked. */
export function blockSlug(tx: Tx, slug: string): boolean {
  const ref = `${BLOCK}${slug}`;
  tx.insert(slugs).values({ ref, slug }).onConflictDoNothing().run();
  return tx.select().from(slugs).where(eq(slugs.ref, ref)).get() !== undefined;
}

/** `SessionStore.unblockSlug` inside a transaction of the caller's. */
export function unblockSlug(tx: Tx, slug: string): void {
  tx.delete(slugs)
    .where(eq(slugs.ref, `${BLOCK}${slug}`))
    .run();
}

/** Whether a row stands for a name that nobody may have. */
export function isBlock(ref: string): boolean {
  return ref.startsWith(BLOCK);
}

// No ref begins so.
const BLOCK = "-blocked ";

/** What is too long, or what git refuses as part of a ref's name, has its hash from the start. */
function candidates(ref: string): string[] {
  const plain = sanitizeRef(ref);
  const safe = plain
    .slice(0, MAX_LENGTH)
    .replaceAll("..", "--")
    .replace(/(?:\.|\.lock)$/i, "-");
  const hash = createHash("sha256").update(ref).digest("hex");
  const hashed = [8, 16, 64].map((length) => `${safe}-${hash.slice(0, length)}`);
  return safe === plain ? [plain, ...hashed] : hashed;
}
