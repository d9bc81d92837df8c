import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "../db/database.ts";
import { putSession, type NewSession } from "../db/sessions.ts";
import { noteAllStale } from "../db/stale-documents.ts";
import { KugetsuError } from "../errors.ts";
import { holdFileLock } from "../file-lock.ts";
import type { Home } from "../home.ts";
import { BASE, PM_AGENT } from "../session/core.ts";
import { backUp, backupAt, holdsSessionFiles } from "./backup.ts";
import { findClones, moveClones } from "./clones.ts";
import { keepConversation } from "./conversation.ts";
import { copiedDatabase, copyOpencodeData, lacksSession, userData } from "./opencode-data.ts";
import { readShellHome, type ShellHome } from "./read.ts";
import { noteRepositories } from "./repositories.ts";
import { printable, type ShellSession } from "./session-file.ts";
import { isUsed, noteShellHome, shellHomeState } from "./state.ts";
import { storedConversation } from "./stored-conversation.ts";
import { checkEnvFiles } from "./tokens.ts";

interface TakeOver {
  readonly home: Home;
  readonly database: Database;
  /** The user's: says where opencode's own data lies. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string) => void;
}

// A copy of a large opencode database takes its time.
const PATIENCE_MS = 10 * 60_000;

/**
 * Takes over a home that the shell version has made, at its first use: once, whoever else opens it meanwhile, and to
 * its end, whenever it is killed. Everything as it was stays in `backup/`. With nothing to do it costs one query.
 *
 * @throws KugetsuError `conflict` when another process takes too long with it, `unavailable` that names what is in the
 *   way
 */
export async function takeOverShellHome(options: TakeOver): Promise<void> {
  const { home, database } = options;
  if (isOver(database)) return;
  using _lock = await holdFileLock(`${home.database}.takeover`, PATIENCE_MS);
  if (isOver(database)) return;
  try {
    const backup = shellHomeState(database)?.backup ?? (await begin(options));
    if (backup !== undefined) await complete(options, backup);
  } catch (error) {
    throw translated(error, home.root);
  }
}

/** What the file system refuses is for the operator to mend, and the next opening goes on. */
function translated(error: unknown, root: string): unknown {
  const { code, path = root } = error as NodeJS.ErrnoException;
  if (error instanceof KugetsuError || !/^E[A-Z0-9]+$/.test(code ?? "")) return error;
  return new KugetsuError(
    "unavailable",
    `The shell version's home cannot be taken over: ${printable(path)} (${code}).`,
    {
      cause: error,
      hint: "Mend that: the next kugetsu that opens the home goes on with it. Nothing is lost.",
    },
  );
}

function isOver(database: Database): boolean {
  const state = shellHomeState(database)?.state;
  return state === "absent" || state === "done";
}

/** Returns where the backup is to be; undefined when there is nothing to take over. */
async function begin({ home, database, warn }: TakeOver): Promise<string | undefined> {
  const isOurs = isUsed(database);
  const backup = (await holdsSessionFiles(home)) ? backupAt(new Date()) : undefined;
  if (backup !== undefined && !isOurs) {
    // Written down first, so that whoever goes on after a kill makes no second one.
    database.write((tx) => noteShellHome(tx, { state: "begun", backup }));
    return backup;
  }
  if (backup !== undefined) {
    await backUp(home, backup);
    warn(
      `index.json and sessions/ are written from the database; as they were they are in ${backup}.`,
    );
  }
  database.write((tx) => {
    noteShellHome(tx, { state: "absent", backup });
    noteAllStale(tx);
  });
  return undefined;
}

/** Each step can be done again; only the last one, a single transaction, makes sessions. */
async function complete(options: TakeOver, backup: string): Promise<void> {
  const { home, database, warn } = options;
  const kept = join(home.root, backup);
  await backUp(home, backup);
  const shell = await readShellHome(kept);
  const warnings = [...shell.warnings, ...(await checkEnvFiles(home))];
  warnings.push(...(await bringConversations(options, kept, shell)));
  await moveClones(home, backup);
  const clones = await findClones(home, backup, warnings);
  const found = shell.issues.map((session) => ({ session, clone: clones.claim(session) }));
  for (const name of clones.rest()) {
    warnings.push(
      `worktrees/${printable(name)} belongs to no session; it is in ${backup}/worktrees`,
    );
  }
  const withClones = found.flatMap(({ session: { ref }, clone }) =>
    clone === undefined ? [] : [{ ref, path: clone }],
  );
  warnings.push(...(await noteRepositories(home, withClones)));
  warnings.push(...(await clearDocuments(home, backup, shell)));

  const shared = [
    ...(shell.base === undefined ? [] : [sharedSession(BASE, "base", shell.base, backup)]),
    ...(shell.pmAgent === undefined
      ? []
      : [sharedSession(PM_AGENT, "pm_agent", shell.pmAgent, backup)]),
  ];
  const issues = found.map(({ session, clone }) => issueSession(home, session, clone, backup));
  database.write((tx) => {
    for (const session of [...shared, ...issues]) putSession(tx, session, Date.now());
    noteAllStale(tx);
    noteShellHome(tx, { state: "done", backup });
  });
  for (const warning of warnings) warn(`${warning}.`);
  warn(
    `This home of the shell version was taken over: ${shared.length + issues.length} sessions, ${withClones.length} ` +
      `with a clone, whose work comes along with their next turn. Everything as it was is in ${kept}.`,
  );
}

function sharedSession(
  ref: string,
  kind: "base" | "pm_agent",
  session: ShellSession,
  backup: string,
): NewSession {
  return { ...conversationOf(session, backup), ref, kind };
}

function issueSession(
  home: Home,
  session: ShellSession & { readonly ref: string },
  clone: string | undefined,
  backup: string,
): NewSession {
  return {
    ...conversationOf(session, backup),
    ref: session.ref,
    kind: "forked",
    // Where its work lies until its next turn.
    worktreePath: clone === undefined ? undefined : join(home.root, clone),
    importedClone: clone,
  };
}

function conversationOf({ opencodeSessionId, createdAt }: ShellSession, backup: string) {
  return {
    opencodeSessionId,
    importedConversation: opencodeSessionId === undefined ? undefined : backup,
    ...(createdAt === undefined ? {} : { createdAt, lastActivityAt: createdAt }),
  };
}

async function bringConversations(
  { environment }: TakeOver,
  backup: string,
  shell: ShellHome,
): Promise<string[]> {
  const ids = [shell.base, shell.pmAgent, ...shell.issues].flatMap(
    (session) => session?.opencodeSessionId ?? [],
  );
  if (ids.length === 0) return [];
  const data = userData(environment);
  const warnings: string[] = [];
  const name = environment["OPENCODE_DB"] || undefined;
  const isCopied = await copyOpencodeData(data, backup, name).catch((error: unknown) => {
    if (!(error instanceof KugetsuError)) throw error;
    warnings.push(
      `${error.message.replace(/\.$/, "")}: the sessions whose conversations are in it begin anew, unless a copy lies at ` +
        `${copiedDatabase(backup)} by their next turn`,
    );
    return false;
  });
  let stored = 0;
  for (const id of isCopied ? ids.filter((each) => lacksSession(backup, each)) : ids) {
    const text = await storedConversation(join(data, "storage"), id);
    if (text === undefined) continue;
    await keepConversation(backup, id, text);
    stored += 1;
  }
  if (isCopied || stored > 0 || warnings.length > 0) return warnings;
  return [
    `there is no opencode data in ${data}, so that the conversations cannot be brought along: their sessions begin anew`,
  ];
}

/** Takes the shell version's files out of the way of ours; what is damaged stays beside them for whoever can mend it. */
async function clearDocuments(home: Home, backup: string, shell: ShellHome): Promise<string[]> {
  const time = backup.slice(backup.indexOf("-") + 1);
  const warnings: string[] = [];
  for (const path of shell.damaged) {
    const aside = `${path}.damaged-${time}`;
    await rename(join(home.root, path), join(home.root, aside)).catch(absent);
    warnings.push(`${printable(path)} is damaged and was kept as ${printable(aside)}`);
  }
  for (const name of await readdir(home.sessions)) {
    if (name.endsWith(".json")) await rm(join(home.sessions, name), { recursive: true });
  }
  return warnings;
}

function absent(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
