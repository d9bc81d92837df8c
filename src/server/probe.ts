import { sql } from "drizzle-orm";
import type { Forge } from "../forge/forge.ts";
import type { ConfiguredForge } from "../forges/registry.ts";
import type { Database } from "../kugetsu/db/database.ts";
import { inTime, type Readiness } from "./ready.ts";

// Anybody may ask; the forge costs a request to it, the sandbox a process.
const FRESH_MS = 5_000;
/** GitHub counts requests, and those of the bot's work are among them. */
const FRESH_ON_GITHUB_MS = 60_000;

/** Looks at each part that the bot needs, the costly ones at most once in five seconds, GitHub once a minute. */
export function createReadiness(parts: {
  readonly database: Database;
  readonly forges: () => Promise<readonly ConfiguredForge[]>;
  readonly opencode: () => Promise<boolean>;
  readonly sandbox: { readonly kind: "bubblewrap" | "off"; readonly works: () => Promise<boolean> };
}): () => Promise<Readiness> {
  const { database, sandbox } = parts;
  const answers = new WeakMap<Forge, () => Promise<boolean>>();
  const answersOf = (forge: Forge): Promise<boolean> => {
    const freshMs = forge.kind === "github" ? FRESH_ON_GITHUB_MS : FRESH_MS;
    const known = answers.get(forge) ?? atMostEvery(freshMs, () => works(() => forge.ping()));
    answers.set(forge, known);
    return known();
  };
  const boxes = atMostEvery(FRESH_MS, () => sandbox.works());
  return async () => {
    const configured = await parts.forges();
    const [opencode, isBoxed, ...answering] = await Promise.all([
      inTime(parts.opencode()),
      inTime(boxes()),
      ...configured.map(({ forge }) => inTime(answersOf(forge))),
    ]);
    return {
      parts: {
        database: await works(async () => database.orm.run(sql`SELECT 1`)),
        opencode,
        sandbox: sandbox.kind === "off" ? "off" : isBoxed,
        forge: answering.length > 0 && answering.every(Boolean),
      },
      forges: Object.fromEntries(
        configured.map(({ setting }, index) => [setting.name, answering[index] === true]),
      ),
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
