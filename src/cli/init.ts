import { parseArguments } from "./arguments.ts";
import { type CliCommand, UsageError } from "./command.ts";
import { loadCoreConfig } from "./read-config.ts";

/** `kugetsu init --headless` */
export const init: CliCommand = {
  summary: "make the base session that every issue's session is forked from",
  usage: `Usage: kugetsu init --headless [--prompt TEXT] [--force] [--json]

  --headless     without a terminal (the only way so far)
  --prompt TEXT  the base session's first turn: what every agent is to know. It costs one turn of the model.
  --force        replace a base session that is there
  --json         print {"base", "pmAgent"}: the ids of the two sessions`,
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
    if (values.headless !== true)
      throw new UsageError("`--headless` is needed: there is no other way yet.");
    if (values.prompt?.trim() === "") throw new UsageError("`--prompt` is empty.");
    const config = await loadCoreConfig(io);
    const { createConfigFile } = await import("../kugetsu/config-file/create.ts");
    const { createKugetsu } = await import("../kugetsu/kugetsu.ts");
    await using kugetsu = await createKugetsu({
      home: config.home,
      environment: config.secrets.environment,
      pass: config.agentEnvPass,
      secrets: [io.env["GITEA_TOKEN"], io.env["GITEA_WEBHOOK_SECRET"]].filter(
        (secret) => secret !== undefined,
      ),
      // Nothing is committed here.
      identity: async () => ({ name: "kugetsu", email: "kugetsu@localhost" }),
      opencodeBinary: config.opencodeBinary,
      idleAgents: 0,
      tempDir: config.tempDir,
      sandbox: config.sandbox ?? "preferred",
      sandboxRead: config.sandboxRead,
      boxLimits: config.boxLimits,
      minFreeDisk: config.minFreeDisk,
      warn: (message) => io.stderr.write(`kugetsu: ${message}\n`),
    });
    await createConfigFile(kugetsu.home);
    const abort = new AbortController();
    const stopListening = io.onSignal(() => {
      if (abort.signal.aborted) io.exit(130);
      abort.abort();
    });
    try {
      const { prompt, force = false } = values;
      const made = await kugetsu.init({ prompt, force, signal: abort.signal });
      io.stdout.write(values.json === true ? `${JSON.stringify(made)}\n` : `${made.base}\n`);
    } finally {
      stopListening();
    }
  },
};
