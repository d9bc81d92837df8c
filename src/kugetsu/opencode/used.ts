import { KugetsuError } from "../errors.ts";
import type { UsedConversation } from "../runner.ts";
import { exportConversation } from "./export.ts";
import { isObject, type JsonObject } from "./merge.ts";
import type { Port } from "./port.ts";

/**
 * The conversation of the port's directory in which something was said last, if that is not before `since`. What a
 * fork took over keeps its times, so that a fork in which nobody said anything is none.
 *
 * @throws KugetsuError `failed` when opencode does not tell
 */
export async function usedConversation(
  port: Port,
  since: number,
): Promise<UsedConversation | undefined> {
  const found = await lastUsed(port, since).catch((cause: unknown) => {
    throw new KugetsuError("failed", "opencode does not tell which conversation was used.", {
      cause,
    });
  });
  if (found === undefined) return undefined;
  return { sessionId: found, text: await exportConversation(port, found) };
}

async function lastUsed(port: Port, since: number): Promise<string | undefined> {
  const candidates = (await port.sessions()).filter(
    ({ id, parentID, time }) =>
      typeof id === "string" && parentID === undefined && number(time, "updated") >= since,
  );
  let best: { readonly id: string; readonly at: number } | undefined;
  for (const { id } of candidates as { id: string }[]) {
    const [message] = await port.messages(id, 1);
    const at = number(infoOf(message)["time"], "created");
    if (at >= since && at >= (best?.at ?? 0)) best = { id, at };
  }
  return best?.id;
}

function infoOf(message: JsonObject | undefined): JsonObject {
  return isObject(message?.["info"]) ? message["info"] : {};
}

function number(value: unknown, name: string): number {
  const found = isObject(value) ? value[name] : undefined;
  return typeof found === "number" ? found : 0;
}
