import type { Context } from "hono";
import type { Log } from "../log.ts";

/** Whether each part can be used, by its name: `database`, `opencode`, `sandbox`, `forge`. `off`: it is not wanted. */
export type Readiness = Readonly<Record<string, boolean | "off">>;

// A part that hangs is one that cannot be used; whoever asks (a load balancer) rarely waits longer.
const PATIENCE_MS = 5_000;
const NO_SANDBOX = "SANDBOX=off: agents run without a sandbox.";

export async function answerReadiness(
  c: Context,
  readiness: () => Promise<Readiness>,
  log: Log,
): Promise<Response> {
  let parts: Readiness | undefined;
  try {
    parts = await withinPatience(readiness());
  } catch (error) {
    log.warn({ err: error }, "It could not be told whether the bot is ready.");
  }
  const isReady = parts !== undefined && Object.values(parts).every(Boolean);
  const warnings = parts?.["sandbox"] === "off" ? { warnings: [NO_SANDBOX] } : {};
  return c.json(
    { status: isReady ? "ready" : "not ready", parts: parts ?? {}, ...warnings },
    isReady ? 200 : 503,
  );
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error("It took too long"));
  }, PATIENCE_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
