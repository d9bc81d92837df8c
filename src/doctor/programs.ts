import { open } from "node:fs/promises";
import { findOpencode, findRipgrepDirectory } from "../kugetsu/opencode/binary.ts";
import { type Check, ok, problem, warning } from "./check.ts";
import { allOnPath, outputOf } from "./program.ts";

const LEAST_NODE = 24;
const LEAST_GIT = [2, 38] as const;

export const node: Check = {
  name: "node",
  async look() {
    const { node: version } = process.versions;
    if (Number(version.split(".")[0]) >= LEAST_NODE) return ok(`Node.js ${version}`);
    return problem(`Node.js ${version} is too old.`, `Install Node.js ${LEAST_NODE} or newer.`);
  },
};

export const git: Check = {
  name: "git",
  async look({ env }, signal) {
    const [file] = await allOnPath("git", env["PATH"]);
    const install = "Install it: `apt-get install git`, `dnf install git` or `apk add git`.";
    if (file === undefined) return problem("There is no git on the PATH.", install);
    const words = await outputOf(file, ["--version"], { path: env["PATH"], signal });
    const [, major, minor] = /(\d+)\.(\d+)/.exec(words ?? "") ?? [];
    if (words === undefined || major === undefined)
      return problem(`${file} does not say its version.`, install);
    const isNew =
      Number(major) > LEAST_GIT[0] ||
      (Number(major) === LEAST_GIT[0] && Number(minor) >= LEAST_GIT[1]);
    if (isNew) return ok(words);
    return problem(`${words} is too old.`, `Install git ${LEAST_GIT.join(".")} or newer.`);
  },
};

export const opencode: Check = {
  name: "opencode",
  timeoutMs: 30_000,
  async look({ env }, signal) {
    const chosen = env["KUGETSU_OPENCODE_BIN"]?.trim();
    const file = findOpencode(chosen);
    const words = await outputOf(file, ["--version"], { path: env["PATH"], signal });
    if (words === undefined) {
      return problem(
        `opencode is there and does not run: ${file}`,
        chosen
          ? "Try that program by itself, or unset KUGETSU_OPENCODE_BIN to use the one that kugetsu brings."
          : "Run npm install again, on this machine: the package is made for one kind of processor and system.",
      );
    }
    return ok(`opencode ${words.trim()}${chosen ? " (KUGETSU_OPENCODE_BIN)" : ""}`);
  },
};

export const ripgrep: Check = {
  name: "ripgrep",
  async look({ env }) {
    const own = findRipgrepDirectory();
    if (own !== undefined) return ok("It comes with kugetsu.");
    const [file] = await allOnPath("rg", env["PATH"]);
    if (file !== undefined) return ok(file);
    return warning(
      "There is no `rg`: opencode tries to download one when an agent searches.",
      "Run npm install again without --omit=optional, or install it: `apt-get install ripgrep`.",
    );
  },
};

/** The shell version went by the same name: where it stands first, it is what people start. */
export const shellVersion: Check = {
  name: "path",
  async look({ env }) {
    const [first, ...others] = await allOnPath("kugetsu", env["PATH"]);
    if (first === undefined) return [];
    if (!(await isShellVersion(first))) return ok(`kugetsu on the PATH is ${first}`);
    const rest = others.length === 0 ? "" : `, before ${others.join(" and ")}`;
    return warning(
      `kugetsu on the PATH is the old shell version: ${first}${rest}.`,
      `Remove it: rm ${first} (then, in shells that are open: hash -r)`,
    );
  },
};

async function isShellVersion(file: string): Promise<boolean> {
  // A script that cannot be read cannot be started either.
  const opened = await open(file).catch(() => undefined);
  if (opened === undefined) return false;
  await using handle = opened;
  const { buffer, bytesRead } = await handle.read({
    buffer: Buffer.alloc(256 * 1024),
    position: 0,
  });
  const text = buffer.toString("utf8", 0, bytesRead);
  return /^#!.*\b(?:ba|da|z)?sh\b/.test(text) && /\bcmd_delegate\b|opencode run\b/.test(text);
}
