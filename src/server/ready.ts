import type { Context } from "hono";
import type { Log } from "../log.ts";

/** What can be used. */
export interface Readiness {
  /** By the part's name: `database`, `opencode`, `sandbox`, `forge` (all of them answer). `off`: it is not wanted. */
  readonly parts: Readonly<Record<string, boolean | "off">>;
  /** By the forge's name, whether it answers. */
  readonly forges: Readonly<Record<string, boolean>>;
}

// A part that hangs is one that cannot be used; whoever asks (a load balancer) rarely waits longer.
const PATIENCE_MS = 5_000;
const PART_PATIENCE_MS = 3_000;
const NO_SANDBOX = "SANDBOX=off: agents run without a sandbox.";

export async function answerReadiness(
  c: Context,
  readiness: () => Promise<Readiness>,
  log: Log,
): Promise<Response> {
  let found: Readiness = { parts: {}, forges: {} };
  let isReady = false;
  try {
    found = await within(PATIENCE_MS, readiness());
    isReady = isUsable(found);
  } catch (error) {
    log.warn({ err: error }, "It could not be told whether the bot is ready.");
  }
  const warnings = [
    ...(found.parts["sandbox"] === "off" ? [NO_SANDBOX] : []),
    ...Object.entries(found.forges)
      .filter(([, answers]) => !answers)
      .map(([name]) => `The forge ${name} cannot be used.`),
  ];
  return c.json(
    {
      status: isReady ? "ready" : "not ready",
      ...found,
      ...(warnings.length === 0 ? {} : { warnings }),
    },
    isReady ? 200 : 503,
  );
}

/** One forge that is away must not keep the deliveries of the others from coming in. */
function isUsable({ parts, forges }: Readiness): boolean {
  const { forge = false, ...others } = parts;
  const isAnyForge = forge !== false || Object.values(forges).some(Boolean);
  return isAnyForge && Object.values(others).every(Boolean);
}

/** Whether a part can be used; one that hangs cannot, and says nothing of the others. */
export async function inTime(part: Promise<boolean>): Promise<boolean> {
  return within(PART_PATIENCE_MS, part).catch(() => false);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error("It took too long"));
  }, ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
