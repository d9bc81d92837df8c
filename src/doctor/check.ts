import type { WorkConfig } from "../config.ts";
import type { ForgeSetting } from "../forges/setting.ts";
import type { Inspection } from "../kugetsu/db/inspect.ts";

/** What one look at the installation brought. */
export interface Finding {
  readonly status: "ok" | "warning" | "problem";
  /** One line, without a secret. */
  readonly detail: string;
  /** What to do next. */
  readonly advice?: string | undefined;
}

/** One thing that an operator may have wrong. */
export interface Check {
  readonly name: string;
  /** Milliseconds after which it counts as hanging; 10 seconds unless told. */
  readonly timeoutMs?: number;
  /** Looks and changes nothing. No finding: there is nothing to look at yet. */
  look(subject: Subject, signal: AbortSignal): Promise<Finding | readonly Finding[]>;
}

/** The installation that is looked at. Everything in it is read when it is first asked for, and once. */
export interface Subject {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** KUGETSU_HOME, absolute; undefined when that setting is wrong. It need not be there. */
  readonly home: string | undefined;
  /** undefined when a setting is wrong. */
  readonly config: WorkConfig | undefined;
  /** What is wrong with the settings. */
  readonly wrongSettings: readonly string[];
  /** What of the home's config file is left out of account, and why. */
  readonly doubtfulSettings: readonly string[];
  /** The configured forges of environment and forges.json, and what is wrong with that file; none without a home. */
  forges(): Promise<FoundForges | undefined>;
  /** The env files that there are, by name without `.env`. */
  envFiles(): Promise<ReadonlyMap<string, EnvFile>>;
  /** undefined when there is no database yet. @throws KugetsuError `unavailable` */
  database(): Promise<Inspection | undefined>;
}

export interface FoundForges {
  readonly settings: readonly ForgeSetting[];
  /** Every secret of forges.json, for the mask. */
  readonly secrets: readonly string[];
  readonly wrong: readonly { readonly words: string; readonly advice?: string | undefined }[];
}

/** An env file's variables, or why it cannot be read. */
export type EnvFile =
  | { readonly variables: ReadonlyMap<string, string> }
  | { readonly why: string; readonly advice: string | undefined };

export function ok(detail: string, advice?: string): Finding {
  return { status: "ok", detail, advice };
}

export function warning(detail: string, advice?: string): Finding {
  return { status: "warning", detail, advice };
}

export function problem(detail: string, advice?: string): Finding {
  return { status: "problem", detail, advice };
}
