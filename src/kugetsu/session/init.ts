import { KugetsuError } from "../errors.ts";
import type { Session } from "../db/sessions.ts";
import { BASE, PM_AGENT, type Core, type Place } from "./core.ts";
import { exportOf, sharedPlace } from "./base.ts";

export interface InitOptions {
  /** The base session's first turn; without one the base is empty, and costs nothing. */
  readonly prompt?: string | undefined;
  /** Replaces a base session and a PM agent that are there, once the new ones are. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** Ids of opencode's; undefined for a conversation that is empty. */
export interface InitResult {
  readonly base: string | undefined;
  readonly pmAgent: string | undefined;
}

/** Makes the base session and the PM agent without a terminal. The caller holds the leases of both. */
export async function init(core: Core, options: InitOptions): Promise<InitResult> {
  const { prompt, force = false } = options;
  const there = await core.sessions.get(BASE);
  const isWhole = there !== undefined && (await core.sessions.get(PM_AGENT)) !== undefined;
  // A server makes the base alone, and so does an `init` that was cut off: the rest is made then.
  const lacksAgent = there !== undefined && !isWhole && prompt === undefined;
  if (there !== undefined && !force && !lacksAgent) throw alreadyThere();
  const { signal = new AbortController().signal } = options;
  const oldBase = force ? undefined : there;
  const oldAgent = force ? undefined : await core.sessions.get(PM_AGENT);
  // An empty base tells the PM agent nothing: neither has to wait for the other.
  const begun =
    oldBase ?? (prompt === undefined ? undefined : await makeBase(core, prompt, signal));
  const beginning = oldAgent === undefined ? beginAgent(core, begun, signal) : undefined;
  const [base, begunAgent] = await Promise.all([
    begun ?? makeBase(core, undefined, signal),
    beginning,
  ]);
  // Stored after the base session, which stands before it in every list.
  const pmAgent = oldAgent ?? (await core.sessions.put({ ...begunAgent, ...AGENT }));
  return { base: base.opencodeSessionId, pmAgent: pmAgent.opencodeSessionId };
}

async function makeBase(
  core: Core,
  prompt: string | undefined,
  signal: AbortSignal,
): Promise<Session> {
  const place = await sharedPlace(core, BASE, "dev");
  const make = () => core.runner.createSession(place, prompt, signal);
  const id = prompt === undefined ? await orNone(core, BASE, make, signal) : await make();
  return core.sessions.put({ ...sessionOf(place, id), ref: BASE, kind: "base" });
}

const AGENT = { ref: PM_AGENT, kind: "pm_agent" } as const;

/** The conversation of a new PM agent. */
async function beginAgent(core: Core, base: Session | undefined, signal: AbortSignal) {
  const place = await sharedPlace(core, PM_AGENT, "pm");
  const make = async () => {
    const beginning = base === undefined ? undefined : await exportOf(core, base);
    return beginning === undefined
      ? core.runner.createSession(place, undefined, signal)
      : core.runner.forkSession(place, beginning, signal);
  };
  return sessionOf(place, await orNone(core, PM_AGENT, make, signal));
}

function sessionOf(place: Place, opencodeSessionId: string | undefined) {
  return { opencodeSessionId, worktreePath: opencodeSessionId && place.cwd };
}

/** A session needs no conversation before its first turn: where opencode cannot make one yet, that does. */
async function orNone(
  { warn }: Core,
  ref: string,
  make: () => Promise<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await make();
  } catch (error) {
    if (signal.aborted || !(error instanceof KugetsuError)) throw error;
    warn(
      `opencode makes no conversation yet; ${ref} gets one with its first turn. ${error.message}`,
    );
    return undefined;
  }
}

/** What a second `init` is told. */
export function alreadyThere(): KugetsuError {
  return new KugetsuError("conflict", "There is a base session already.", {
    hint:
      "`--force` makes the base session and the PM agent anew, and replaces those that are there when it is done; " +
      "the sessions of issues keep what they know.",
  });
}
