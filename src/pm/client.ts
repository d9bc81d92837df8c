// What a PM agent calls as `kugetsu`. It runs inside the agent's box and knows nothing but its socket: all else is
// decided by the bot. Nothing but node: is imported, since the file is copied alone to where the agent may read it.
import { closeSync, openSync } from "node:fs";
import { request } from "node:http";
import { basename, dirname } from "node:path";

interface Line {
  readonly out?: string;
  readonly err?: string;
  readonly exit?: number;
}

const [, self = "", ...args] = process.argv;
// The path of a socket holds 107 bytes; its directory is opened, since it may lie deeper.
const directory = openSync(dirname(self), "r");
const sent = request({
  socketPath: `/proc/self/fd/${directory}/${basename("kugetsu.sock")}`,
  method: "POST",
  path: "/run",
  headers: { "content-type": "application/json" },
});
process.exitCode = 1;
sent.on("error", () => {
  process.stderr.write("kugetsu: it can be used only while a turn of the PM agent runs.\n");
});
sent.on("response", (response) => {
  let rest = "";
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) show(JSON.parse(line) as Line);
  });
  response.on("close", () => {
    closeSync(directory);
  });
});
sent.end(JSON.stringify({ args }));

function show({ out, err, exit }: Line): void {
  if (out !== undefined) process.stdout.write(out);
  if (err !== undefined) process.stderr.write(err);
  if (exit !== undefined) process.exitCode = exit;
}
