import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { conversationOf } from "../../../src/kugetsu/session/base.ts";
import { importedConversation } from "../../../src/kugetsu/shell-home/conversation.ts";
import { copiedDatabase } from "../../../src/kugetsu/shell-home/opencode-data.ts";
import { REF } from "../git/fixture.ts";
import { openDesk } from "../session/core.ts";

const BACKUP = "backup/shell-then";
const ID = "ses_xyz789";

async function openImported() {
  const desk = await openDesk();
  const warnings: string[] = [];
  Object.assign(desk.core, { warn: (message: string) => warnings.push(message) });
  const imported = { opencodeSessionId: ID, importedConversation: BACKUP };
  const session = await desk.core.sessions.put({ ref: REF, kind: "forked", ...imported });
  await desk.core.sessions.put({ ref: "base", kind: "base", ...imported });
  return {
    ...desk,
    current: () => desk.session(),
    session,
    warnings,
    backup: join(desk.core.home.root, BACKUP),
  };
}

test("a conversation that was exported before needs no opencode, also for who forks from the base", async () => {
  await using desk = await openImported();
  mkdirSync(join(desk.backup, "conversations"), { recursive: true });
  writeFileSync(join(desk.backup, "conversations", `${ID}.json`), "exported");
  expect(await importedConversation(desk.core, desk.session)).toBe("exported");
  expect(await conversationOf(desk.core, "base")).toBe("exported");
  expect(desk.warnings).toEqual([]);
});

test.each<[string, (backup: string) => void]>([
  ["there was no opencode data", () => undefined],
  [
    "opencode's database does not have it",
    (backup) => {
      mkdirSync(dirname(copiedDatabase(backup)), { recursive: true });
      const client = new Sqlite(copiedDatabase(backup));
      client.exec("CREATE TABLE session (id TEXT)");
      client.close();
    },
  ],
])("a conversation that is gone is said once, and a new one begins: %s", async (_, prepare) => {
  await using desk = await openImported();
  prepare(desk.backup);
  expect(await importedConversation(desk.core, desk.session)).toBeUndefined();
  expect(desk.warnings).toEqual([expect.stringContaining(`${REF}: its conversation ${ID}`)]);
  const session = await desk.current();
  expect(session).toMatchObject({ opencodeSessionId: undefined, importedConversation: undefined });
  expect(await importedConversation(desk.core, session)).toBeUndefined();
  expect(desk.warnings).toHaveLength(1);
});

test("a session of our own has none to bring", async () => {
  await using desk = await openImported();
  const own = { ref: REF, opencodeSessionId: ID, importedConversation: undefined };
  expect(await importedConversation(desk.core, own)).toBeUndefined();
  expect(desk.warnings).toEqual([]);
});
