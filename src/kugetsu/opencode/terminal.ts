import { randomBytes, randomUUID } from "node:crypto";
import { constants } from "node:os";
import { execa } from "execa";
import type { AgentPlace, TerminalEnd, TerminalRequest } from "../runner.ts";
import type { AgentConfig } from "./agent-config.ts";
import { emptyTemp, prepareHome } from "./home.ts";
import { boxedOpencode, killGroup, type Program } from "./process.ts";
import { endByVariable, findByAgent } from "./survivors.ts";

/**
 * Runs opencode's terminal interface on this process' terminal until the person leaves it. In a box it has a session
 * of its own and so no controlling terminal, which keeps an agent from typing into the person's shell (TIOCSTI); what
 * the kernel would tell it then, a new size of the window, is handed on.
 *
 * @param boxed whether the program's box is a real one
 */
export async function runTerminal(
  program: Program,
  place: AgentPlace,
  config: AgentConfig,
  request: TerminalRequest,
  boxed: boolean,
): Promise<TerminalEnd> {
  const { sessionId, signal } = request;
  const paths = await prepareHome(place, config);
  if (signal.aborted) return { kind: "stopped" };
  const marks = { id: randomUUID(), password: randomBytes(24).toString("base64url") };
  const args = sessionId === undefined ? [] : [`--session=${sessionId}`];
  const shown = { ...place, env: { ...request.env, ...place.env } };
  const command = boxedOpencode(program, shown, paths, { marks, args, cwd: place.cwd });
  const child = execa(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    extendEnv: false,
    preferLocal: false,
    // Without a box it stays with the terminal, whose keys and signals reach it by themselves.
    detached: boxed,
    reject: false,
    stdio: "inherit",
  });
  const stop = () => {
    if (boxed) killGroup(child.pid);
    else child.kill("SIGKILL");
  };
  const resized = () => tellOfResize(marks.id);
  signal.addEventListener("abort", stop, { once: true });
  if (boxed) process.on("SIGWINCH", resized);
  try {
    const { exitCode, signal: killedBy } = await child;
    if (signal.aborted) return { kind: "stopped" };
    if (exitCode === 0) return { kind: "left" };
    return { kind: "failed", reason: `opencode ${howEnded(exitCode, killedBy)}.` };
  } finally {
    process.off("SIGWINCH", resized);
    signal.removeEventListener("abort", stop);
    await endByVariable("KUGETSU_AGENT", marks.id);
    await emptyTemp(paths).catch(() => undefined);
  }
}

/** bubblewrap tells of a signal in its payload as shells do: 128 and its number. */
function howEnded(exitCode: number | undefined, killedBy: string | undefined): string {
  const number = (exitCode ?? 0) - 128;
  const [name = killedBy] =
    Object.entries(constants.signals).find(([, value]) => value === number) ?? [];
  return name === undefined ? `ended with exit code ${exitCode}` : `was ended by ${name}`;
}

/** All of it is told: whoever does not listen ignores it. */
function tellOfResize(id: string): void {
  for (const pid of findByAgent(id)) {
    try {
      process.kill(pid, "SIGWINCH");
    } catch {
      // It has ended meanwhile.
    }
  }
}
