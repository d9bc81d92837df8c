import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Session } from "../db/sessions.ts";
import { writePrivateFile } from "../env/private-file.ts";
import { holdFileLock } from "../file-lock.ts";
import type { Core } from "../session/core.ts";
import { openPlace } from "../session/place.ts";
import { lacksSession, OPENCODE } from "./opencode-data.ts";

type Imported = Pick<Session, "ref" | "opencodeSessionId" | "importedConversation">;

const PATIENCE_MS = 120_000;

/**
 * The conversation that a session had in the shell version, as a text to fork from; undefined when the session is none
 * of those, or it is not there any more, which the operator is told once.
 *
 * @throws KugetsuError when opencode cannot be asked: another try may bring it
 */
export async function importedConversation(
  core: Core,
  session: Imported,
): Promise<string | undefined> {
  const { ref, opencodeSessionId: id, importedConversation: from } = session;
  if (from === undefined || id === undefined) return undefined;
  const backup = join(core.home.root, from);
  const text = await exported(core, backup, id);
  if (text !== undefined) return text === "" ? undefined : text;
  core.warn(
    `${ref}: its conversation ${id} of the shell version is not in opencode's data any more; a new one begins.`,
  );
  await core.sessions.patch(ref, { opencodeSessionId: undefined });
  return undefined;
}

/** Undefined when there is no such conversation. Exported once: an opencode has to be started for it. */
async function exported(core: Core, backup: string, id: string): Promise<string | undefined> {
  const file = join(backup, CONVERSATIONS, `${id}.json`);
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before !== undefined) return before;
  if ((await stat(join(backup, OPENCODE)).catch(() => undefined)) === undefined) return undefined;
  // Two opencode on one database fail each other.
  using _lock = await holdFileLock(join(backup, "opencode.lock"), PATIENCE_MS);
  if (lacksSession(backup, id)) return undefined;
  const place = await openPlace({
    agents: backup,
    slug: OPENCODE,
    cwd: undefined,
    environment: (tempDir) => core.environment("dev", tempDir),
    lease: core.lease,
  });
  const text = await core.runner.exportSession(place, id);
  await keepConversation(backup, id, text);
  return text;
}

/** Keeps an exported conversation in the backup, so that it needs no opencode any more. */
export async function keepConversation(backup: string, id: string, text: string): Promise<void> {
  const directory = join(backup, CONVERSATIONS);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writePrivateFile(join(directory, `${id}.json`), text);
}

const CONVERSATIONS = "conversations";
