import type { Deliveries } from "./deliveries.ts";
import type { Git } from "./git.ts";
import type { Happening } from "./happening.ts";
import type { ForgeState } from "./state.ts";

/** What acts and routes work on. */
export interface Internals {
  readonly state: ForgeState;
  readonly deliveries: Deliveries;
  readonly git: Git;
  /** The directory of the bare repositories. */
  readonly dir: string;
  /** Tells the hooks that want to know, in the words of this forge's face. */
  readonly announce: (happening: Happening) => void;
}
