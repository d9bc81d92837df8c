import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openDatabase, type Database } from "../../../src/kugetsu/db/database.ts";
import { createSessionStore, type SessionStore } from "../../../src/kugetsu/db/sessions.ts";
import { openHome, type Home } from "../../../src/kugetsu/home.ts";
import { takeOverShellHome } from "../../../src/kugetsu/shell-home/take-over.ts";

export const REF = "git.example.com/ann/calc#14";
export const NAME = "git.example.com-ann-calc-14";
export const CREATED = "2026-03-29T18:16:10+02:00";

/** A user's directory with a home of the shell version in it. */
export interface ShellDesk {
  /** HOME of the user. */
  readonly user: string;
  readonly root: string;
  readonly database: () => Database;
  readonly sessions: () => SessionStore;
  /** Writes a file of the home; anything but a text as JSON. */
  readonly write: (path: string, value: unknown) => void;
  /** Takes the home over and returns what the operator was told. */
  takeOver(): Promise<{ readonly warnings: string[]; readonly home: Home }>;
}

export function openShellDesk(): ShellDesk {
  const user = realpathSync(mkdtempSync(join(tmpdir(), "kugetsu-shell-")));
  const root = join(user, ".kugetsu");
  let database: Database | undefined;
  onTestFinished(() => {
    database?.[Symbol.dispose]();
    rmSync(user, { recursive: true, force: true });
  });
  const opened = () => {
    database ??= openDatabase(join(root, "kugetsu.db"));
    return database;
  };
  return {
    user,
    root,
    database: opened,
    sessions: () => createSessionStore(opened()),
    write(path, value) {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(
        join(root, path),
        typeof value === "string" ? value : JSON.stringify(value, undefined, 2),
      );
    },
    async takeOver() {
      const warnings: string[] = [];
      const home = await openHome(root);
      await takeOverShellHome({
        home,
        database: opened(),
        environment: { HOME: user },
        warn: (message) => warnings.push(message),
      });
      return { warnings, home };
    },
  };
}

export function issueFile(ref: string, more: Record<string, unknown> = {}): unknown {
  return {
    type: "forked",
    issue_ref: ref,
    opencode_session_id: "ses_xyz789",
    created_at: CREATED,
    state: "idle",
    ...more,
  };
}

/** The home of the document's example, with one issue whose worktree holds a file. */
export function writeExample({ write, root }: ShellDesk): void {
  write("index.json", {
    base: "ses_abc123",
    pm_agent: "ses_pm_xyz789",
    issues: { [REF]: `${NAME}.json` },
  });
  write("sessions/base.json", {
    type: "base",
    opencode_session_id: "ses_abc123",
    created_at: CREATED,
  });
  write("sessions/pm-agent.json", { type: "pm_agent", opencode_session_id: "ses_pm_xyz789" });
  write(`sessions/${NAME}.json`, issueFile(REF, { worktree_path: join(root, "worktrees", NAME) }));
  write(`worktrees/${NAME}/work.txt`, "work\n");
  write("env/default.env", "export GITEA_TOKEN='abc'\nOPENAI_API_KEY=k\n");
  write("env/pm-agent.env", "GITEA_TOKEN=pm\n");
  write("config", "MAX_CONCURRENT_AGENTS=5\n");
}
