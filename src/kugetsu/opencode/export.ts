import { execa } from "execa";
import { open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes, randomUUID } from "node:crypto";
import { KugetsuError } from "../errors.ts";
import type { AgentPlace } from "../runner.ts";
import type { AgentConfig } from "./agent-config.ts";
import { opencodeEnvironment } from "./environment.ts";
import { readConversation } from "./fork.ts";
import { agentHome, emptyTemp, prepareHome } from "./home.ts";
import { isObject } from "./merge.ts";
import type { Port } from "./port.ts";
import type { Program } from "./process.ts";

const EXPORT_MS = 120_000;

/** A conversation's portable text from a running opencode; empty when it has no messages. */
export async function exportFromPort(port: Port, sessionId: string): Promise<string> {
  const [info, messages] = await Promise.all([port.session(sessionId), port.messages(sessionId)]);
  return messages.length === 0 ? "" : JSON.stringify({ info, messages });
}

/**
 * A conversation's portable text, by a process of its own; empty when it has no messages.
 *
 * @throws KugetsuError `failed` when there is no such session or it cannot be read
 */
export async function exportFromProcess(
  program: Program,
  place: AgentPlace,
  config: AgentConfig,
  sessionId: string,
): Promise<string> {
  // Without an id that it takes for one, opencode asks for a choice and waits.
  if (!/^ses_\w+$/.test(sessionId)) throw notExported();
  const paths = await prepareHome(place, config);
  const marks = { id: randomUUID(), password: randomBytes(24).toString("base64url") };
  const boxed = program.box({
    file: program.file,
    args: ["export", sessionId],
    cwd: place.cwd,
    env: opencodeEnvironment(place, paths, marks, program.ripgrep),
    writable: [place.cwd, paths.home, paths.temp],
    readable: [paths.config, program.directory],
  });
  const path = join(place.home, `.${randomUUID()}`);
  // Straight into a file: what goes through a pipe can be cut when the process ends.
  await using file = await open(path, "wx", 0o600);
  try {
    const { exitCode } = await execa(boxed.file, boxed.args, {
      cwd: boxed.cwd,
      env: boxed.env,
      extendEnv: false,
      preferLocal: false,
      reject: false,
      timeout: EXPORT_MS,
      stdin: "ignore",
      stdout: file.fd,
      stderr: "ignore",
    });
    if (exitCode !== 0) throw notExported();
    const text = await readFile(path, "utf8");
    return readConversation(text).messages.length === 0 ? "" : text;
  } finally {
    await rm(path, { force: true });
    await emptyTemp(paths);
  }
}

function notExported(): KugetsuError {
  return new KugetsuError("failed", "The conversation cannot be exported.");
}

/** The last export, when the session's database is as it was then: a process for it takes 2.4 s. */
export async function cachedExport(
  place: AgentPlace,
  sessionId: string,
): Promise<string | undefined> {
  try {
    const cached: unknown = JSON.parse(await readFile(agentHome(place).exported, "utf8"));
    if (!isObject(cached) || cached["sessionId"] !== sessionId) return undefined;
    if (cached["stamp"] !== (await databaseStamp(place))) return undefined;
    return typeof cached["text"] === "string" ? cached["text"] : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps an export; only while no process has the session's database open. */
export async function cacheExport(
  place: AgentPlace,
  sessionId: string,
  text: string,
): Promise<void> {
  const stamp = await databaseStamp(place);
  await writeFile(agentHome(place).exported, JSON.stringify({ sessionId, stamp, text }), {
    mode: 0o600,
  });
}

async function databaseStamp(place: AgentPlace): Promise<string> {
  const { data } = agentHome(place);
  const stamps = ["opencode.db", "opencode.db-wal"].map(async (name) => {
    const found = await stat(join(data, name)).catch(() => undefined);
    return found === undefined ? "none" : `${found.size}:${found.mtimeMs}`;
  });
  return (await Promise.all(stamps)).join(" ");
}
