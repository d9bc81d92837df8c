import { type CliCommand, UsageError } from "./command.ts";
import { readMessage } from "./message.ts";
import { orderArguments } from "./order/arguments.ts";

/** `kugetsu delegate MESSAGE` */
export const delegate: CliCommand = {
  summary: "give a wider order to the PM agent",
  usage: `Usage: kugetsu delegate MESSAGE [--debug] [--detach] [--json]

The PM agent of \`kugetsu init\` coordinates: it can start and continue agents on issues (\`kugetsu start\` is on its
PATH), and use the forge's API with the token of env/pm-agent.env (\`kugetsu env set GITEA_TOKEN - pm-agent\`, for
GitHub GITHUB_TOKEN).
It remembers what was said before. A running server does the work, else this process.

  MESSAGE   the order; \`-\` reads it from standard input
  --debug   show all that the agent says and does, and what tools print
  --detach  return at once, with the job; \`kugetsu logs pm-agent --follow\` shows how it goes
  --json    print the result as JSON: {"job", "ref", "state", "text", …}

Ctrl-C stops the turn; a second one ends it at once. Exit code 0 means that the turn finished.`,
  async run(args, io) {
    const { positionals, options } = orderArguments(args, { max: 1 });
    const typed = positionals[0];
    if (typed === undefined)
      throw new UsageError("`delegate` needs a message: what is to be done.");
    const message = await readMessage(typed, io);
    const { giveOrder } = await import("./order/give.ts");
    await giveOrder({ verb: "delegate", ref: undefined, message }, options, io);
  },
};
