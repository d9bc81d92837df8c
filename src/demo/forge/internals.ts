import type { Deliveries } from "./deliveries.ts";
import type { Git } from "./git.ts";
import type { ForgeState } from "./state.ts";

/** What acts and routes work on. */
export interface Internals {
  readonly state: ForgeState;
  readonly deliveries: Deliveries;
  readonly git: Git;
  /** The directory of the bare repositories. */
  readonly dir: string;
}
