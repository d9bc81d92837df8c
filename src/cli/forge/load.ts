import { type LoadedForges, loadForges } from "../../forges/setup/load.ts";
import type { Io } from "../command.ts";
import { readHomeConfig } from "../read-config.ts";

/** All forges of the home; what is wrong in their file is said on stderr. */
export async function load(io: Pick<Io, "env" | "stderr">): Promise<LoadedForges> {
  const loaded = await loadForges(io.env, await readHomeConfig(io));
  for (const warning of loaded.warnings) io.stderr.write(`kugetsu: ${warning}\n`);
  return loaded;
}
