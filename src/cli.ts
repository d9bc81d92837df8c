#!/usr/bin/env node
// Nothing but types may be imported here, and nothing newer than `async` written: an older Node has to read this file
// as far as the words that say so. The native modules crash one before any line of ours.

const OLDEST_NODE = 24;

async function start(): Promise<void> {
  // Until the command has ended: what ends before it, for whatever reason, is no success.
  process.exitCode = 1;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Whoever read it (`kugetsu … | head`) has gone away; that is no failure of ours.
      if (error.code !== "EPIPE") throw error;
    });
  }
  const { closeInherited } = await import("./cli/inherited.ts");
  closeInherited();
  const { run } = await import("./cli/run.ts");
  process.exitCode = await run(process.argv.slice(2), {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal: (listener) => {
      process.on("SIGINT", listener);
      process.on("SIGTERM", listener);
      return () => {
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    },
    exit: (code) => process.exit(code),
  });
}

if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
  process.stderr.write(
    `kugetsu: Node.js ${OLDEST_NODE} or newer is needed, this is ${process.versions.node}.\n`,
  );
  process.exitCode = 2;
} else {
  void start();
}
