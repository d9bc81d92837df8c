import type { Session } from "../db/sessions.ts";
import { BASE, PM_AGENT, type Core, type Place } from "./core.ts";
import { importedConversation } from "../shell-home/conversation.ts";
import { ownPlace } from "./place.ts";

/** The base session, made when there is none; `prompt` gives a new one its first turn, else it is empty. */
export async function ensureBase(
  core: Core,
  prompt: string | undefined,
  signal: AbortSignal,
): Promise<Session> {
  const base = await core.sessions.get(BASE);
  if (base !== undefined) return base;
  // A conversation without a message needs no process: every session that forks from it begins empty as well.
  if (prompt === undefined) return core.sessions.put({ ref: BASE, kind: "base" });
  const place = await sharedPlace(core, BASE, "dev");
  const opencodeSessionId = await core.runner.createSession(place, prompt, signal);
  return core.sessions.put({ ref: BASE, kind: "base", opencodeSessionId, worktreePath: place.cwd });
}

/** The PM agent of `init`: the conversation that the repositories' PM sessions begin with. */
export async function ensurePmAgent(core: Core): Promise<Session> {
  const existing = await core.sessions.get(PM_AGENT);
  return existing ?? core.sessions.put({ ref: PM_AGENT, kind: "pm_agent" });
}

/** The conversation that a new session forks from, as a portable text; undefined when it is empty. */
export async function conversationOf(core: Core, ref: string): Promise<string | undefined> {
  const session = await core.sessions.get(ref);
  if (session?.opencodeSessionId === undefined) return undefined;
  if (session.importedConversation !== undefined) return importedConversation(core, session);
  const place = await sharedPlace(core, ref, session.kind === "pm_agent" ? "pm" : "dev");
  const text = await core.runner.exportSession(place, session.opencodeSessionId);
  return text === "" ? undefined : text;
}

async function sharedPlace(core: Core, ref: string, kind: "dev" | "pm"): Promise<Place> {
  return ownPlace(core, { slug: await core.sessions.claimSlug(ref), kind });
}
