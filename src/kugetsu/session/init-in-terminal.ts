import { KugetsuError, safeMessage } from "../errors.ts";
import type { Session } from "../db/sessions.ts";
import type { UsedConversation } from "../runner.ts";
import { exportOf, sharedPlace } from "./base.ts";
import { BASE, PM_AGENT, type Core, type Place } from "./core.ts";
import { alreadyThere, type InitResult } from "./init.ts";
import { visit, type Terminal } from "./visit.ts";

export interface TerminalInitOptions extends Terminal {
  /** Replaces a base session and a PM agent that are there, each as soon as something was said in the new one. */
  readonly force: boolean;
  readonly tell: (event: InitEvent) => void;
}

/** What a person at the terminal is told; `session` is the base session's ref or the PM agent's. */
export type InitEvent =
  /** opencode is about to be opened for it. */
  | { readonly kind: "opening"; readonly session: string }
  /** It was there before, and stays. */
  | { readonly kind: "there"; readonly session: string }
  /** It is stored with its conversation. */
  | { readonly kind: "stored"; readonly session: string; readonly id: string }
  /** Nothing was said there: it is empty, begins with the base's conversation, or is what it was. */
  | {
      readonly kind: "silent";
      readonly session: string;
      readonly now: "empty" | "as the base" | "as it was";
    };

/**
 * Makes the base session and then the PM agent with a person at the terminal, who says in opencode's own interface what
 * they are to know. Each is stored when its part is over. The caller holds the leases of both.
 *
 * @throws KugetsuError `conflict` when both are there, without `force`; `failed` when opencode was cut off: its hint says
 *   how things stand
 */
export async function initInTerminal(
  core: Core,
  options: TerminalInitOptions,
): Promise<InitResult> {
  const oldBase = await core.sessions.get(BASE);
  const oldAgent = await core.sessions.get(PM_AGENT);
  if (oldBase !== undefined && oldAgent !== undefined && !options.force) throw alreadyThere();
  const base = await firstPart(core, options, oldBase);
  const isNew = base !== oldBase;
  try {
    const agent = await secondPart(core, options, { base, isNew, oldAgent });
    return { base: base.opencodeSessionId, pmAgent: agent.opencodeSessionId };
  } catch (error) {
    const code = error instanceof KugetsuError ? error.code : "internal";
    throw new KugetsuError(code, safeMessage(error), {
      cause: error,
      hint: standing(isNew, oldAgent),
    });
  }
}

function standing(isNew: boolean, oldAgent: Session | undefined): string {
  if (oldAgent === undefined)
    return "The base session is there, the PM agent is not: `kugetsu init` again makes the PM agent alone.";
  return isNew
    ? "The base session is the new one, and the PM agent the earlier one: `kugetsu init --force` begins anew."
    : AS_BEFORE;
}

const AS_BEFORE = "Base session and PM agent are as before.";

async function firstPart(
  core: Core,
  options: TerminalInitOptions,
  old: Session | undefined,
): Promise<Session> {
  if (old !== undefined && !options.force) {
    options.tell({ kind: "there", session: BASE });
    return old;
  }
  const place = await sharedPlace(core, BASE, "dev");
  options.tell({ kind: "opening", session: BASE });
  try {
    const used = await opened(core, place, options, undefined);
    if (used !== undefined) return await stored(core, options, "base", place, used.sessionId);
  } catch (error) {
    if (!(error instanceof KugetsuError)) throw error;
    const hint = old === undefined ? "Nothing is stored." : AS_BEFORE;
    throw new KugetsuError(error.code, error.message, { cause: error, hint: error.hint ?? hint });
  }
  // Nothing was said: no new one is there that could replace the old one.
  options.tell({ kind: "silent", session: BASE, now: old === undefined ? "empty" : "as it was" });
  return old ?? core.sessions.put({ ref: BASE, kind: "base" });
}

async function secondPart(
  core: Core,
  options: TerminalInitOptions,
  { base, isNew, oldAgent }: { base: Session; isNew: boolean; oldAgent: Session | undefined },
): Promise<Session> {
  const place = await sharedPlace(core, PM_AGENT, "pm", options.forgeUrl);
  options.tell({ kind: "opening", session: PM_AGENT });
  const beginning = await exportOf(core, base);
  const forked =
    beginning === undefined
      ? undefined
      : await core.runner.forkSession(place, beginning, options.signal);
  const used = await opened(core, place, options, forked);
  if (used !== undefined) return stored(core, options, "pm_agent", place, used.sessionId);
  if (oldAgent !== undefined && !isNew) {
    options.tell({ kind: "silent", session: PM_AGENT, now: "as it was" });
    return oldAgent;
  }
  const now = forked === undefined ? "empty" : "as the base";
  options.tell({ kind: "silent", session: PM_AGENT, now });
  return put(core, "pm_agent", place, forked);
}

/** Lets the person speak with it; undefined when they said nothing. */
async function opened(
  core: Core,
  place: Place,
  options: TerminalInitOptions,
  id: string | undefined,
): Promise<UsedConversation | undefined> {
  const since = Date.now();
  await visit(core, place, options, id);
  return core.runner.usedSince(place, since, options.signal);
}

async function stored(
  core: Core,
  options: TerminalInitOptions,
  kind: "base" | "pm_agent",
  place: Place,
  id: string,
): Promise<Session> {
  const session = await put(core, kind, place, id);
  options.tell({ kind: "stored", session: session.ref, id });
  return session;
}

function put(
  core: Core,
  kind: "base" | "pm_agent",
  place: Place,
  opencodeSessionId: string | undefined,
): Promise<Session> {
  const ref = kind === "base" ? BASE : PM_AGENT;
  return core.sessions.put({ ref, kind, opencodeSessionId, worktreePath: place.cwd });
}
