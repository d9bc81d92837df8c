import { readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { has, SCRIPTS } from "./script.ts";

// Debian's package `shellcheck`; without it there is nothing to ask.
test.skipIf(!has("shellcheck")).each(readdirSync(SCRIPTS).filter((name) => name.endsWith(".sh")))(
  "shellcheck finds nothing in %s",
  async (name) => {
    const { stdout } = await execa("shellcheck", [join(SCRIPTS, name)], { reject: false });
    expect(stdout).toBe("");
  },
);
