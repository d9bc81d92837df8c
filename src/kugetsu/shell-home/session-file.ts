import { basename } from "node:path";
import { isObject } from "../opencode/merge.ts";
import { parseRef, printRef } from "../ref.ts";

/** What a session file of the shell version says, as far as it makes sense. */
export interface ShellSession {
  readonly type: string | undefined;
  /** Printed. */
  readonly ref: string | undefined;
  readonly opencodeSessionId: string | undefined;
  /** As it stands there: hostile. */
  readonly worktreePath: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number | undefined;
  /** Which of its values make no sense, in words that go on after the file's name. */
  readonly faults: readonly string[];
}

/** What `index.json` of the shell version says. */
export interface ShellIndex {
  readonly base: string | undefined;
  readonly pmAgent: string | undefined;
  /** Printed ref and name of its file. */
  readonly issues: readonly { readonly ref: string; readonly file: string }[];
  readonly faults: readonly string[];
}

/** @throws SyntaxError when it is no JSON object */
export function readShellSession(text: string): ShellSession {
  const value = parseObject(text);
  const faults: string[] = [];
  const id = value["opencode_session_id"];
  const opencodeSessionId = sessionId(id);
  if (isSaid(id) && opencodeSessionId === undefined) faults.push("its opencode session id is none");
  const issue = value["issue_ref"];
  const ref = isSaid(issue) ? printedRef(issue) : undefined;
  if (isSaid(issue) && ref === undefined) faults.push("its issue ref is none");
  const created = Date.parse(textOf(value["created_at"]) ?? "");
  return {
    type: textOf(value["type"]),
    ref,
    opencodeSessionId,
    worktreePath: textOf(value["worktree_path"]) || undefined,
    createdAt: Number.isNaN(created) ? undefined : created,
    faults,
  };
}

/** @throws SyntaxError when it is no JSON object */
export function readShellIndex(text: string): ShellIndex {
  const value = parseObject(text);
  const faults: string[] = [];
  const issues: { ref: string; file: string }[] = [];
  const named = isObject(value["issues"]) ? value["issues"] : {};
  for (const [issue, file] of Object.entries(named)) {
    const ref = printedRef(issue);
    if (ref === undefined || !isFileName(file)) faults.push(`its entry ${quoted(issue)} is none`);
    else issues.push({ ref, file });
  }
  return {
    base: sessionId(value["base"]),
    pmAgent: sessionId(value["pm_agent"]),
    issues,
    faults,
  };
}

/** Words of a stranger's, safe to print. */
export function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 120));
}

/** A file's name, safe to print. */
export function printable(name: string): string {
  return quoted(name).slice(1, -1);
}

function parseObject(text: string) {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new SyntaxError("no JSON object");
  return value;
}

// Nothing that a command line, a path or an address could misread.
const SESSION_ID = /^ses_[A-Za-z0-9_]{1,120}$/;

function sessionId(value: unknown): string | undefined {
  return typeof value === "string" && SESSION_ID.test(value) ? value : undefined;
}

function printedRef(value: unknown): string | undefined {
  try {
    return typeof value === "string" ? printRef(parseRef(value)) : undefined;
  } catch {
    return undefined;
  }
}

function isFileName(value: unknown): value is string {
  return typeof value === "string" && value.endsWith(".json") && basename(value) === value;
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
