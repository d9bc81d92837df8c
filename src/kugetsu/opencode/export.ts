import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KugetsuError } from "../errors.ts";
import type { AgentPlace } from "../runner.ts";
import { agentHome } from "./home.ts";
import { isObject } from "./merge.ts";
import type { Port } from "./port.ts";

/**
 * A conversation in the form that `opencode export` prints; empty when it has no messages.
 *
 * @throws KugetsuError `failed` when there is no such session
 */
export async function exportConversation(port: Port, sessionId: string): Promise<string> {
  try {
    const [info, messages] = await Promise.all([port.session(sessionId), port.messages(sessionId)]);
    return messages.length === 0 ? "" : JSON.stringify({ info, messages });
  } catch (error) {
    throw new KugetsuError("failed", "The conversation cannot be exported.", { cause: error });
  }
}

/**
 * The last export, and whether the session's database is as it was then: another one takes a process of 2 to 3 s.
 */
export async function lastExport(
  place: AgentPlace,
  sessionId: string,
): Promise<{ readonly text: string; readonly isCurrent: boolean } | undefined> {
  try {
    const cached: unknown = JSON.parse(await readFile(agentHome(place).exported, "utf8"));
    if (!isObject(cached) || cached["sessionId"] !== sessionId) return undefined;
    const { text, stamp } = cached;
    if (typeof text !== "string") return undefined;
    return { text, isCurrent: stamp === (await databaseStamp(place)) };
  } catch {
    return undefined;
  }
}

/** Keeps an export; only while no process has the session's database open. */
export async function cacheExport(
  place: AgentPlace,
  sessionId: string,
  text: string,
): Promise<void> {
  const stamp = await databaseStamp(place);
  const content = JSON.stringify({ sessionId, stamp, text });
  await writeFile(agentHome(place).exported, content, { mode: 0o600 });
}

async function databaseStamp(place: AgentPlace): Promise<string> {
  const { data } = agentHome(place);
  const stamps = ["opencode.db", "opencode.db-wal"].map(async (name) => {
    const found = await stat(join(data, name)).catch(() => undefined);
    return found === undefined ? "none" : `${found.size}:${found.mtimeMs}`;
  });
  return (await Promise.all(stamps)).join(" ");
}
