import { sql } from "drizzle-orm";
import type { Forge } from "../forge/forge.ts";
import type { Database } from "../kugetsu/db/database.ts";
import type { Readiness } from "./ready.ts";

// Anybody may ask; the forge costs a request to it, the sandbox a process.
const FRESH_MS = 5_000;

/** Looks at each part that the bot needs, the costly ones at most once in five seconds. */
export function createReadiness(parts: {
  readonly database: Database;
  readonly forge: Forge;
  readonly opencode: () => Promise<boolean>;
  readonly sandbox: { readonly kind: "bubblewrap" | "off"; readonly works: () => Promise<boolean> };
}): () => Promise<Readiness> {
  const { database, sandbox } = parts;
  const forge = atMostEvery(FRESH_MS, () => works(() => parts.forge.ping()));
  const boxes = atMostEvery(FRESH_MS, () => sandbox.works());
  return async () => {
    const [opencode, isBoxed, isForge] = await Promise.all([parts.opencode(), boxes(), forge()]);
    return {
      database: await works(async () => database.orm.run(sql`SELECT 1`)),
      opencode,
      sandbox: sandbox.kind === "off" ? "off" : isBoxed,
      forge: isForge,
    };
  };
}

/** Asks again when the last answer is older than `ms`. */
function atMostEvery<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (last === undefined || Date.now() - last.at > ms) last = { at: Date.now(), answer: ask() };
    return last.answer;
  };
}

async function works(probe: () => Promise<unknown>): Promise<boolean> {
  return probe().then(
    () => true,
    () => false,
  );
}
