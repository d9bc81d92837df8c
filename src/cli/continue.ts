import type { CliCommand } from "./command.ts";
import { readMessage } from "./message.ts";
import { orderArguments } from "./order/arguments.ts";
import { refArgument } from "./ref-argument.ts";

/** `kugetsu continue REF [MESSAGE]` */
export const continueCommand: CliCommand = {
  summary: "go on in the conversation and worktree of an issue",
  usage: `Usage: kugetsu continue REF [MESSAGE] [--debug] [--detach] [--json]

The agent of the issue REF goes on, in the conversation and the worktree that it has. An order given while a turn
of the issue runs waits for its end. A running server does the work, else this process.

  MESSAGE   the order; \`-\` reads it from standard input; without one the agent goes on with what it was doing
  --debug   show all that the agent says and does, and what tools print
  --detach  return at once, with the job; \`kugetsu logs REF --follow\` shows how it goes
  --json    print the result as JSON: {"job", "ref", "state", "text", "branch", "pushed", "pull_request", …}

Ctrl-C stops the turn, and its work is kept; a second one ends it at once. Exit code 0 means that the turn finished.`,
  async run(args, io) {
    const { positionals, options } = orderArguments(args, { max: 2 });
    const ref = refArgument(positionals[0], "continue");
    const typed = positionals[1];
    const message = typed === undefined ? "" : await readMessage(typed, io);
    const { giveOrder } = await import("./order/give.ts");
    await giveOrder({ verb: "continue", ref, message }, options, io);
  },
};
