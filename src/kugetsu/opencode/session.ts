import { realpath } from "node:fs/promises";
import { KugetsuError } from "../errors.ts";
import type { AgentPlace } from "../runner.ts";
import { answeredError, type Agent, type ModelSetting } from "./agent.ts";
import type { AgentConfig } from "./agent-config.ts";
import { batches, conversationEvents, readConversation } from "./fork.ts";
import { cleanWords } from "./words.ts";

/** What is to be opened. */
export interface SessionOrder {
  /** The session to go on in; undefined makes a new one. */
  readonly sessionId: string | undefined;
  /** What a new one begins with, as an exported conversation. */
  readonly forkOf: string | undefined;
}

/**
 * Opens a session in an agent, and proves that it works in its place's directory and with the model asked for. A fork
 * is a new session that the base's history is replayed into: of the ways to fork, the one that takes 0.1 s and works in
 * another repository than the base's.
 *
 * @throws KugetsuError `failed` when it cannot be opened, or is not what was asked for
 */
export async function openSession(
  agent: Agent,
  place: AgentPlace,
  order: SessionOrder,
  config: AgentConfig,
): Promise<string> {
  try {
    const { id, model } = await agent.open(order.sessionId);
    await proveDirectory(agent, id, place.cwd);
    await proveModel(agent, id, model, config.model);
    if (order.sessionId === undefined) await fork(agent, id, order.forkOf ?? "");
    return id;
  } catch (error) {
    if (error instanceof KugetsuError) throw error;
    const words = cleanWords(answeredError(error) ?? "", config.secrets);
    const what = order.sessionId === undefined ? "a conversation" : "the conversation";
    throw new KugetsuError(
      // An agent can remove its own conversation; then another one has to begin.
      order.sessionId === undefined ? "failed" : "not_found",
      `opencode cannot open ${what}${words === "" ? "." : `: ${words}`}`,
      {
        cause: error,
      },
    );
  }
}

async function fork(agent: Agent, sessionId: string, exported: string): Promise<void> {
  if (exported === "") return;
  const conversation = readConversation(exported);
  if (conversation.messages.length === 0) return;
  const events = await agent.port.historyLength(sessionId);
  for (const batch of batches(conversationEvents(conversation, { id: sessionId, events }))) {
    await agent.port.replay(batch);
  }
}

/** opencode opens a session that belongs to another directory without a word, and then works there. */
async function proveDirectory(agent: Agent, sessionId: string, cwd: string): Promise<void> {
  const { directory } = await agent.port.session(sessionId);
  const [wanted, found] = await Promise.all([
    realpath(cwd),
    realpath(String(directory)).catch(() => undefined),
  ]);
  if (found !== wanted)
    throw new KugetsuError("failed", "The agent would not work in its own directory.");
}

export function noModel(): KugetsuError {
  return new KugetsuError("failed", "No model is configured for the agent.", {
    hint: "Set `model` in opencode's configuration (OPENCODE_CONFIG_CONTENT, or the user's opencode.json).",
  });
}

/** opencode takes another model without a word where the one asked for is not there. */
async function proveModel(
  agent: Agent,
  sessionId: string,
  found: ModelSetting,
  asked: string | undefined,
): Promise<void> {
  if (asked === undefined) {
    if (found.current !== undefined && found.choice.includes(found.current)) return;
    throw noModel();
  }
  // A session remembers its last model; the operator may have chosen another one since.
  const isThere = found.choice.includes(asked);
  const { current } =
    found.current === asked || !isThere ? found : await agent.setModel(sessionId, asked);
  if (current === asked && isThere) return;
  const instead =
    current === undefined || current === asked ? "" : `; opencode would take ${oneWord(current)}`;
  throw new KugetsuError("failed", `The model ${oneWord(asked)} is not there${instead}.`, {
    hint: "Look at `model` and `provider` in opencode's configuration, and at the provider's key.",
  });
}

function oneWord(name: string): string {
  return cleanWords(name, []);
}
