import type { Person, RepositoryId } from "../forge/event.ts";
import type { Acceptance, Delivery } from "../jobs/accept.ts";
import type { ReportEnd } from "../jobs/contract.ts";
import type { Database } from "../kugetsu/db/database.ts";
import type { Log } from "../log.ts";
import type { Origin } from "../server/receive.ts";
import type { AskedForge } from "./asked.ts";

/** What a look at one forge needs. */
export interface Watch {
  /** Name of the forge's route. */
  readonly name: string;
  readonly forge: AskedForge;
  /** How its events are read; the bot is known. */
  readonly origin: Origin & { readonly bot: Person };
  readonly db: Database;
  readonly accept: (delivery: Delivery) => Promise<Acceptance>;
  readonly onState: (state: FoundState) => Promise<void>;
  readonly onRename: (rename: Rename) => Promise<void>;
  /** What is said of an order that was taken back. */
  readonly report: ReportEnd;
  /** Orders that waited are over. */
  readonly onTakenBack: () => void;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** What became of an issue or a pull request, as its forge says now. */
export interface FoundState {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly instance: string;
  readonly repository: RepositoryId;
  readonly number: number;
  readonly state: "open" | "closed" | "gone";
  /** undefined of what is gone. */
  readonly isPullRequest: boolean | undefined;
  /** A delivery told that it was closed, reopened or deleted; else something became of it, and perhaps not that. */
  readonly isTold: boolean;
}

/** A repository goes by another name, or belongs to another owner, than was known. */
export interface Rename {
  /** Name of the forge's route. */
  readonly forge: string;
  readonly instance: string;
  readonly id: number;
  readonly from: { readonly owner: string; readonly name: string };
  readonly to: { readonly owner: string; readonly name: string };
}
