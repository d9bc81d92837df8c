import type { InitEvent } from "../kugetsu/session/init-in-terminal.ts";
import { parseArguments } from "./arguments.ts";
import { type CliCommand, type Io, UsageError } from "./command.ts";
import { EMPTY } from "./conversation-word.ts";
import { needTerminal, terminalVariables, withTerminal } from "./terminal.ts";

/** `kugetsu init [--headless]` */
export const init: CliCommand = {
  summary: "make the base session, which every issue's session begins with, and the PM agent",
  usage: `Usage: kugetsu init [--force] [--json]
       kugetsu init --headless [--prompt TEXT] [--force] [--json]

In a terminal it opens opencode twice: for the base session, where you say what every agent is to know, and then for
the PM agent, which begins with that conversation. Leave opencode with /exit or Ctrl-D. A session in which you say
nothing is empty and costs nothing.

  --headless     without a terminal: both are made at once, and empty unless --prompt gives them a beginning
  --prompt TEXT  with --headless: the base session's first turn. It costs one turn of the model.
  --force        make both anew where they are there; each is replaced when the new one is there, and the sessions of
                 issues keep what they know
  --json         print {"base", "pmAgent"}: the ids of the two conversations, or "empty"`,
  async run(args, io) {
    const { values } = parseArguments(
      args,
      {
        headless: { type: "boolean" },
        prompt: { type: "string" },
        force: { type: "boolean" },
        json: { type: "boolean" },
      },
      { max: 0 },
    );
    const { headless = false, prompt, force = false, json = false } = values;
    if (prompt?.trim() === "") throw new UsageError("`--prompt` is empty.");
    if (!headless) {
      if (prompt !== undefined) throw new UsageError("`--prompt` goes with `--headless`.");
      needTerminal(io, "kugetsu init", "Without one: `kugetsu init --headless`.");
    }
    const { openKugetsu } = await import("./open-kugetsu.ts");
    const { createConfigFile } = await import("../kugetsu/config-file/create.ts");
    await using kugetsu = await openKugetsu(io);
    await createConfigFile(kugetsu.home);
    const abort = new AbortController();
    const stopListening = io.onSignal(() => {
      if (abort.signal.aborted) io.exit(130);
      abort.abort();
    });
    const { signal } = abort;
    try {
      const tell = (event: InitEvent) => io.stderr.write(`kugetsu: ${wordsOf(event)}\n`);
      const made = headless
        ? await kugetsu.init({ prompt, force, signal })
        : await withTerminal(io, () =>
            kugetsu.initInTerminal({
              force,
              signal,
              tell,
              ...terminalOf(io, kugetsu.forges.all()[0]?.setting.url),
            }),
          );
      const { base, pmAgent } = made;
      io.stdout.write(
        json
          ? `${JSON.stringify({ base: base ?? "empty", pmAgent: pmAgent ?? "empty" })}\n`
          : `base ${base ?? EMPTY}\npm-agent ${pmAgent ?? EMPTY}\n`,
      );
    } finally {
      stopListening();
    }
  },
};

function terminalOf({ env }: Pick<Io, "env">, forgeUrl: string | undefined) {
  return { env: terminalVariables(env), forgeUrl };
}

function wordsOf(event: InitEvent): string {
  const name = event.session === "base" ? "base session" : "PM agent";
  if (event.kind === "opening") return event.session === "base" ? OPENING_BASE : OPENING_PM_AGENT;
  if (event.kind === "there")
    return `The ${name} is there already and stays; --force makes it anew.`;
  if (event.kind === "stored") return `The ${name} is ${event.id}.`;
  return `Nothing was said, so the ${name} ${SILENT[event.now]}.`;
}

const SILENT = {
  empty: "is empty",
  "as it was": "is what it was",
  "as the base": "knows what the base session knows",
};

const OPENING_BASE = `opencode opens for the base session (1 of 2).
  Tell it what every agent is to know: each issue's session begins with this
  conversation. Leave it with /exit or Ctrl-D; the PM agent comes next.`;

const OPENING_PM_AGENT = `opencode opens for the PM agent (2 of 2).
  It knows the base session's conversation, and takes the wider orders. Tell it
  how you want the work coordinated. Leave it with /exit or Ctrl-D.`;
