import { access, constants } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { execa } from "execa";
import type { Tools } from "./arguments.ts";

/** Why there is no sandbox on this machine, and what to do. */
export interface Missing {
  readonly why: string;
  readonly hint: string;
}

/** Looks for what a box is made of on the PATH. */
export async function findTools(path: string | undefined): Promise<Tools | Missing> {
  if (process.platform !== "linux") {
    return {
      why: "bubblewrap works on Linux alone.",
      hint: "Run the bot on Linux, in a virtual machine for example.",
    };
  }
  const [bwrap, prlimit, choom] = await Promise.all(
    ["bwrap", "prlimit", "choom"].map((name) => find(name, path)),
  );
  if (bwrap === undefined) {
    return {
      why: "bubblewrap is not installed: there is no `bwrap` on the PATH.",
      hint: "Install it: `apt-get install bubblewrap`, `dnf install bubblewrap` or `apk add bubblewrap`.",
    };
  }
  if (prlimit === undefined) {
    return {
      why: "There is no `prlimit` on the PATH, which limits the processes of agents.",
      hint: "Install util-linux: `apt-get install util-linux`, `dnf install util-linux` or `apk add util-linux-misc`.",
    };
  }
  const help = await execa(bwrap, ["--help"], {
    env: {},
    extendEnv: false,
    reject: false,
    timeout: 10_000,
    stdin: "ignore",
  });
  const knows = (option: string) => new RegExp(`^\\s+${option}\\b`, "m").test(help.stdout);
  return { bwrap, prlimit, choom, disableUserns: knows("--disable-userns"), size: knows("--size") };
}

async function find(name: string, path: string | undefined): Promise<string | undefined> {
  for (const directory of (path ?? "").split(":").filter((entry) => isAbsolute(entry))) {
    const file = join(directory, name);
    const works = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (works) return file;
  }
  return undefined;
}
