import type { AgentPlace, UsedConversation } from "../runner.ts";
import type { Agent } from "./agent.ts";
import type { AgentConfig } from "./agent-config.ts";
import { cacheExport } from "./export.ts";
import { openSession } from "./session.ts";
import { usedConversation } from "./used.ts";

/** Runs something in a process of opencode of its own, which is ended then. */
type InAgent = <T>(
  place: AgentPlace,
  stop: AbortSignal,
  act: (agent: Agent, config: AgentConfig) => Promise<T>,
) => Promise<T>;

/** `Runner.forkSession`: what a person's visit begins with. */
export function forkSession(
  inAgent: InAgent,
  place: AgentPlace,
  forkOf: string,
  signal: AbortSignal,
): Promise<string> {
  return inAgent(place, signal, (agent, config) =>
    openSession(agent, place, { sessionId: undefined, forkOf }, config),
  );
}

/** `Runner.usedSince`: what a person's visit has left. */
export async function usedSince(
  inAgent: InAgent,
  place: AgentPlace,
  since: number,
  signal: AbortSignal,
): Promise<UsedConversation | undefined> {
  const used = await inAgent(place, signal, ({ port }) => usedConversation(port, since));
  if (used !== undefined) await cacheExport(place, used.sessionId, used.text);
  return used;
}
