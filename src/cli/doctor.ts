import { KugetsuError } from "../kugetsu/errors.ts";
import { parseArguments } from "./arguments.ts";
import type { CliCommand, Io } from "./command.ts";

/** `kugetsu doctor` */
export const doctor: CliCommand = {
  summary: "say what is wrong with this installation, and what to do",
  usage: `Usage: kugetsu doctor [--json]

Looks at everything that kugetsu needs, and changes nothing: Node.js, git, opencode, the sandbox, the settings, the
home with its files and database, the env files, the model and its key, the forge and the bot's token, the server, and
what failed lately. For each it says whether it is well, and else what to do. It works before \`kugetsu init\` too.

The settings are those of this shell: run it with the same variables, and as the same user, as \`kugetsu serve\`.

  --json  print [{"name", "status", "detail", "advice"}]; status is "ok", "warning" or "problem", advice may be null

Exit code: 0 without a problem, 1 with one.`,
  async run(args, io) {
    const { values } = parseArguments(args, { json: { type: "boolean" } }, { max: 0 });
    const [{ CHECKS }, { runChecks }, { openSubject }, { maskOf }, print] = await Promise.all([
      import("../doctor/checks.ts"),
      import("../doctor/run-checks.ts"),
      import("../doctor/subject.ts"),
      import("../doctor/secrets.ts"),
      import("../doctor/print.ts"),
    ]);
    using subject = await openSubject(io.env);
    const { results, hangs } = await runChecks(CHECKS, subject, async () => maskOf(subject));
    const isWell = results.every(({ status }) => status !== "problem");
    if (values.json === true) io.stdout.write(`${JSON.stringify(results)}\n`);
    else io.stdout.write(`${print.printResults(results, lookOf(io))}\n`);
    if (isWell && values.json !== true) io.stdout.write(`${print.sum(results)}\n`);
    // What hangs would keep this process alive as well.
    if (hangs) io.exit(1);
    if (!isWell) throw new KugetsuError("failed", print.sum(results));
  },
};

function lookOf({ env, stdout }: Io): { colour: boolean; unicode: boolean } {
  const isTerminal = stdout.isTTY === true;
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return {
    colour: isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb",
    unicode: isTerminal && /utf-?8/i.test(locale),
  };
}
