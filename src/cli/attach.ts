import type { ForgeRegistry } from "../forges/registry.ts";
import { instanceOf } from "../kugetsu/ref.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand, Io } from "./command.ts";
import { refArgument } from "./ref-argument.ts";
import { needTerminal, terminalVariables, withTerminal } from "./terminal.ts";

/** `kugetsu attach REF` */
export const attach: CliCommand = {
  summary: "open opencode's own interface on a session",
  usage: `Usage: kugetsu attach REF

Opens opencode in this terminal on the conversation of REF: an issue (instance/user/repo#number), \`base\`, \`pm-agent\`
or \`pm:instance/user/repo\`. It has the agent's directory, environment and sandbox. No turn of REF begins before you
leave it with /exit or Ctrl-D; what waits goes on then.

Commits and changes that are made there are taken over, and pushed, with the next turn.`,
  async run(args, io) {
    const { positionals } = parseArguments(args, {}, { max: 1 });
    const ref = refOf(positionals[0]);
    needTerminal(io, "kugetsu attach", "`kugetsu continue REF MESSAGE` works without one.");
    const [{ openKugetsu }, { releaseElsewhere }] = await Promise.all([
      import("./open-kugetsu.ts"),
      import("./release-elsewhere.ts"),
    ]);
    await using kugetsu = await openKugetsu(io);
    const abort = new AbortController();
    const stopListening = io.onSignal(() => {
      if (abort.signal.aborted) io.exit(130);
      abort.abort();
    });
    try {
      await withTerminal(io, () =>
        kugetsu.attach({
          ref,
          env: terminalVariables(io.env),
          forgeUrl: forgeUrlOf(kugetsu.forges, ref),
          signal: abort.signal,
          onOpen: async ({ path, branch }) => {
            await releaseElsewhere(kugetsu.home.root, ref);
            const where = branch === undefined ? path : `${path}, on ${branch}`;
            say(
              io,
              `opencode opens for ${ref} in ${where}.\n  No turn of it begins until you leave.`,
            );
          },
        }),
      );
    } finally {
      stopListening();
    }
    say(io, isOwn(ref) ? `Left ${ref}.` : `Left ${ref}. Its next turn takes over what was done.`);
  },
};

function refOf(text: string | undefined): string {
  return text !== undefined && isOwn(text) ? text : refArgument(text, "attach");
}

/** Where the PM agent of that session may use its token: at its repository's forge, or at the first one. */
function forgeUrlOf(forges: Pick<ForgeRegistry, "all" | "at">, ref: string): string | undefined {
  const instance = instanceOf(ref);
  const configured = instance === undefined ? forges.all()[0] : forges.at(instance);
  return configured?.setting.url;
}

/** The sessions that belong to no issue. */
function isOwn(ref: string): boolean {
  return ref === "base" || ref === "pm-agent" || ref.startsWith("pm:");
}

function say(io: Pick<Io, "stderr">, message: string): void {
  io.stderr.write(`kugetsu: ${message}\n`);
}
