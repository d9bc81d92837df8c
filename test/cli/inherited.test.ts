import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MODULE = fileURLToPath(new URL("../../src/cli/inherited.ts", import.meta.url));

test.skipIf(process.platform !== "linux")(
  "what the starter left open is closed, and reaches nobody further",
  async () => {
    const directory = openSync("/", "r");
    try {
      const child = spawn(
        process.execPath,
        [
          "--input-type=module",
          "-e",
          `const { closeInherited } = await import(${JSON.stringify(MODULE)});
           const { spawnSync } = await import("node:child_process");
           const list = () => spawnSync("ls", ["-l", "/proc/self/fd"], { encoding: "utf8" }).stdout;
           const before = / -> \\/$/m.test(list());
           closeInherited();
           console.log(JSON.stringify({ before, after: / -> \\/$/m.test(list()) }));`,
        ],
        { stdio: ["ignore", "pipe", "inherit", ...gap(36), directory] },
      );
      let out = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      await once(child, "close");
      expect(JSON.parse(out)).toMatchObject({ before: true, after: false });
    } finally {
      closeSync(directory);
    }
  },
);

/** Numbers that are taken: Node itself marks only the first ones of what it inherits. */
function gap(length: number): "ignore"[] {
  return Array.from({ length }, () => "ignore" as const);
}
