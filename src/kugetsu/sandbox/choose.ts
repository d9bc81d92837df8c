import { KugetsuError } from "../errors.ts";
import { noSandbox, openSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

export type SandboxMode = "required" | "preferred" | "off";

/**
 * The sandbox that agents get.
 *
 * @throws KugetsuError `failed` when one is required and cannot be had
 */
export async function chooseSandbox(
  mode: SandboxMode,
  options: SandboxOptions & { readonly warn: (message: string) => void },
): Promise<Sandbox> {
  const { limits, warn } = options;
  if (mode === "off") return noSandbox(limits);
  try {
    return await openSandbox({ ...options, servesOthers: mode === "required" });
  } catch (error) {
    if (mode === "required" || !(error instanceof KugetsuError)) throw error;
    warn(`${error.message} They run without one, and can read whatever you can read.`);
    return noSandbox(limits);
  }
}
