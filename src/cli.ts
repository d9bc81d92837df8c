#!/usr/bin/env node
// Nothing but types and node: may be imported here: the native modules crash an older Node before any line of ours.

const OLDEST_NODE = 24;
const [major = 0] = process.versions.node.split(".").map(Number);

if (major < OLDEST_NODE) {
  process.stderr.write(
    `kugetsu: Node.js ${OLDEST_NODE} or newer is needed, this is ${process.versions.node}.\n`,
  );
  process.exitCode = 2;
} else {
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
