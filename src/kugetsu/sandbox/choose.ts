import { KugetsuError } from "../errors.ts";
import { DEFAULT_LIMITS, type BoxLimits } from "./limits.ts";
import { noSandbox, openSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

export type SandboxMode = "required" | "preferred" | "off";

/**
 * The sandbox that agents get.
 *
 * @throws KugetsuError `failed` when one is required and cannot be had
 */
export async function chooseSandbox(
  mode: SandboxMode,
  options: Omit<SandboxOptions, "limits"> & {
    readonly limits: BoxLimits | undefined;
    readonly warn: (message: string) => void;
  },
): Promise<Sandbox> {
  const { warn, limits = DEFAULT_LIMITS, ...where } = options;
  if (mode === "off") return noSandbox(limits);
  try {
    return await openSandbox({ ...where, limits, warn });
  } catch (error) {
    if (mode === "required" || !(error instanceof KugetsuError)) throw error;
    warn(`${error.message} They run without one, and can read whatever you can read.`);
    return noSandbox(limits);
  }
}
