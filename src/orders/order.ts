import type { Person } from "../forge/event.ts";

export const ORDER_VERBS = ["start", "continue", "delegate"] as const;
export type OrderVerb = (typeof ORDER_VERBS)[number];

/** An order that comes from no comment: from the command line, or from a PM agent in its turn. */
export interface Order {
  readonly verb: OrderVerb;
  /** As it was typed; undefined for `delegate`, whose agent is that of `init`. */
  readonly ref: string | undefined;
  /** The words to the agent; empty: kugetsu's usual ones. */
  readonly message: string;
  /** Who gives it; its id is 0 where no forge knows that person. */
  readonly by: Person;
  /** Set where a PM agent gives it, in its turn. */
  readonly parent?: number;
}

/** An order that waits in the queue. */
export interface PlacedOrder {
  readonly job: number;
  /** Printed issue ref, or the name of the PM agent's session. */
  readonly ref: string;
}
