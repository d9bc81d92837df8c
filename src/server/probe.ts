import { sql } from "drizzle-orm";
import type { Forge } from "../forge/forge.ts";
import type { Database } from "../kugetsu/db/database.ts";
import type { Readiness } from "./ready.ts";

// Anybody may ask, and each answer about the forge costs a request to it.
const FRESH_MS = 5_000;

/** Looks at each part that the bot needs, the forge at most once in five seconds. */
export function createReadiness(parts: {
  readonly database: Database;
  readonly forge: Forge;
  readonly opencode: () => Promise<boolean>;
}): () => Promise<Readiness> {
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  return async () => {
    if (asked === undefined || Date.now() - asked.at > FRESH_MS) {
      asked = { at: Date.now(), answer: works(() => parts.forge.ping()) };
    }
    const [opencode, forge] = await Promise.all([parts.opencode(), asked.answer]);
    return {
      database: await works(async () => parts.database.orm.run(sql`SELECT 1`)),
      opencode,
      forge,
    };
  };
}

async function works(probe: () => Promise<unknown>): Promise<boolean> {
  return probe().then(
    () => true,
    () => false,
  );
}
