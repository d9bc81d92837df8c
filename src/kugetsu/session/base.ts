import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../db/sessions.ts";
import { BASE, PM_AGENT, type Core, type Place } from "./core.ts";
import { occupied } from "./occupied.ts";
import { importedConversation } from "../shell-home/conversation.ts";
import { ownPlace } from "./place.ts";

/** The base session; an empty one is made when there is none. */
export async function ensureBase(core: Core): Promise<Session> {
  const base = await core.sessions.get(BASE);
  // A conversation without a message needs no process: every session that forks from it begins empty as well.
  return base ?? core.sessions.put({ ref: BASE, kind: "base" });
}

/** The PM agent of `init`: the conversation that the repositories' PM sessions begin with. */
export async function ensurePmAgent(core: Core): Promise<Session> {
  const existing = await core.sessions.get(PM_AGENT);
  return existing ?? core.sessions.put({ ref: PM_AGENT, kind: "pm_agent" });
}

/**
 * The conversation that a new session forks from, as a portable text; undefined when it is empty. While somebody is at
 * work in it, it is what it was before.
 *
 * @throws KugetsuError `conflict` when that is not known
 */
export async function conversationOf(core: Core, ref: string): Promise<string | undefined> {
  for (const until = Date.now() + EXPORT_MS; ; await sleep(POLL_MS)) {
    const session = await core.sessions.get(ref);
    if (session?.opencodeSessionId === undefined) return undefined;
    if (session.importedConversation !== undefined) return importedConversation(core, session);
    const place = await placeOf(core, session);
    const last = await core.runner.lastExport(place, session.opencodeSessionId);
    if (last?.isCurrent === true) return last.text || undefined;
    const { held, by } = await core.hold(ref, "export");
    if (held !== undefined) {
      await using _held = held;
      return await exportOf(core, session);
    }
    if (last !== undefined && by.kind === "admin") return last.text || undefined;
    // Two processes on one database of opencode's lose turns, so that one reads it for all.
    if (by.kind !== "export" || Date.now() > until) throw occupied(by);
  }
}

/** The conversation of a session whose lease the caller holds. */
export async function exportOf(core: Core, session: Session): Promise<string | undefined> {
  if (session.opencodeSessionId === undefined) return undefined;
  const place = await placeOf(core, session);
  return (await core.runner.exportSession(place, session.opencodeSessionId)) || undefined;
}

const EXPORT_MS = 120_000;
const POLL_MS = 200;

function placeOf(core: Core, { ref, kind }: Pick<Session, "ref" | "kind">): Promise<Place> {
  return sharedPlace(core, ref, kind === "pm_agent" ? "pm" : "dev");
}

/** Where the agent of the base session or the PM agent lives. */
export async function sharedPlace(
  core: Core,
  ref: string,
  kind: "dev" | "pm",
  forgeUrl?: string,
): Promise<Place> {
  const slug = await core.sessions.claimSlug(ref);
  return ownPlace(core, { slug, kind, ...(forgeUrl === undefined ? {} : { forgeUrl }) });
}
