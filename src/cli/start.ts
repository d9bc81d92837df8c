import { type CliCommand, UsageError } from "./command.ts";
import { readMessage } from "./message.ts";
import { orderArguments } from "./order/arguments.ts";
import { refArgument } from "./ref-argument.ts";

/** `kugetsu start REF MESSAGE` */
export const start: CliCommand = {
  summary: "let an agent begin to work on an issue",
  usage: `Usage: kugetsu start REF MESSAGE [--debug] [--detach] [--json]

An agent begins anew on the issue REF, in a clean worktree of its own on the branch fix/issue-NUMBER, in a session
forked from the base session. What an earlier worktree of the issue held and nobody has pushed is kept under a ref
first. Where REF is on a configured forge (GITEA_URL and GITEA_TOKEN, GITHUB_TOKEN, \`kugetsu forge add\`), the branch is
pushed and a pull request opened; elsewhere it stays in the worktree. A running server does the work, else this process.

  REF       instance/user/repo#number, or instance/user/repo#-name for what has no number yet
  MESSAGE   the order; \`-\` reads it from standard input
  --debug   show all that the agent says and does, and what tools print
  --detach  return at once, with the job; \`kugetsu logs REF --follow\` shows how it goes
  --json    print the result as JSON: {"job", "ref", "state", "text", "branch", "pushed", "pull_request", …}

Ctrl-C stops the turn, and its work is kept; a second one ends it at once. Exit code 0 means that the turn finished.`,
  async run(args, io) {
    const { positionals, options } = orderArguments(args, { max: 2 });
    const ref = refArgument(positionals[0], "start");
    const typed = positionals[1];
    if (typed === undefined) throw new UsageError("`start` needs a message: what is to be done.");
    const message = await readMessage(typed, io);
    const { giveOrder } = await import("./order/give.ts");
    await giveOrder({ verb: "start", ref, message }, options, io);
  },
};
