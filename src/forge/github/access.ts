import type { Octokit } from "octokit";
import type { Bot, Resending } from "../forge.ts";
import type { Answer } from "./call.ts";

export type Rest = Octokit["rest"];

/** A repository by its names, and whatever else a caller knows of the place. */
export interface Place {
  readonly owner: string;
  readonly name: string;
}

/** Makes one call about a repository, with what it is asked with there. See `call`. */
export type Ask = (
  what: string,
  at: Place,
  send: (rest: Rest) => Promise<Answer>,
  expected?: readonly number[],
) => Promise<Answer>;

/** How the bot gets in: with a token, or as a GitHub App. */
export interface Access {
  /**
   * Asks with a client that is logged in for a repository of that owner; `ask` is called again where the first login
   * was refused, and nothing was done.
   * @throws KugetsuError where there is no way in, and whatever `ask` throws
   */
  ask<T>(at: Place, ask: (rest: Rest) => Promise<T>): Promise<T>;
  /** What git logs in with. */
  credentials(at: Place): Promise<{ username: string; password: string }>;
  /** Asks who this is. Asks GitHub each time. */
  self(): Promise<Bot>;
  /** Proves that the credentials are taken. */
  ping(): Promise<void>;
  readonly resendFailed?: (since: number) => Promise<Resending>;
}
