import { access, constants, lstat, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { byteWords } from "../kugetsu/amount-words.ts";
import { DATABASE } from "../kugetsu/home.ts";
import { type Check, type Finding, ok, problem, warning } from "./check.ts";

const OTHERS = 0o077;

export const home: Check = {
  name: "home",
  async look({ home: path }) {
    if (path === undefined) return [];
    const found = await stat(path).catch(ifMissing);
    if (found === undefined) {
      const parent = await existing(dirname(path));
      if (await isWritable(parent))
        return warning(
          `There is none yet: ${path}`,
          "`kugetsu init` makes it, and so does `kugetsu serve`.",
        );
      return problem(
        `There is none yet, and it cannot be made: ${path}`,
        `${parent} cannot be written to. Set KUGETSU_HOME to a directory of your own.`,
      );
    }
    const elsewhere = "Set KUGETSU_HOME to a directory of your own.";
    if (!found.isDirectory()) return problem(`${path} is no directory.`, elsewhere);
    if (found.uid !== process.getuid?.())
      return problem(
        `${path} belongs to another user.`,
        `Run kugetsu as its owner. Else: ${elsewhere}`,
      );
    if (!(await isWritable(path)))
      return problem(
        `${path} cannot be written to.`,
        `chmod 700 ${path}, or see whether its disk is read-only.`,
      );
    if ((found.mode & OTHERS) !== 0)
      return warning(`${path} is open to other users (${octal(found.mode)}).`, `chmod 700 ${path}`);
    return ok(path);
  },
};

export const files: Check = {
  name: "files",
  async look({ home: path }) {
    if (path === undefined) return [];
    const names = [DATABASE, "config", "forges.json", "app-setup.json", "env"];
    const env = await readdir(join(path, "env")).catch(() => []);
    names.push(...env.filter((name) => name.endsWith(".env")).map((name) => join("env", name)));
    const findings = await Promise.all(names.map(async (name) => modeOf(join(path, name))));
    const wrong = findings.filter((finding) => finding !== undefined);
    if (wrong.length > 0) return wrong;
    return (await stat(path).catch(ifMissing)) === undefined
      ? []
      : ok("No file with a secret is open to other users.");
  },
};

async function modeOf(file: string): Promise<Finding | undefined> {
  const found = await stat(file).catch(ifMissing);
  if (found === undefined) return undefined;
  // Root's is all right: that is how a container mounts its secrets.
  if (found.uid !== process.getuid?.() && found.uid !== 0)
    return problem(
      `${file} belongs to another user.`,
      "Give it to the user who runs kugetsu: chown.",
    );
  if ((found.mode & OTHERS) === 0) return undefined;
  const mode = found.isDirectory() ? "700" : "600";
  return warning(`${file} is open to other users (${octal(found.mode)}).`, `chmod ${mode} ${file}`);
}

export const disk: Check = {
  name: "disk",
  async look({ home: path, config }) {
    if (path === undefined || config === undefined) return [];
    const places = [path, ...(config.tempDir === undefined ? [] : [config.tempDir])];
    const free = await Promise.all(
      places.map(async (place) => {
        const { bavail, bsize } = await statfs(await existing(place));
        return bavail * bsize;
      }),
    );
    const least = Math.min(...free);
    const words = `${byteWords(least)} free`;
    const limit = `MIN_FREE_DISK is ${byteWords(config.minFreeDisk)}`;
    const advice = "Make room: `kugetsu prune` names what nobody needs.";
    if (least < config.minFreeDisk) return problem(`${words}: no turn begins (${limit}).`, advice);
    if (least < config.minFreeDisk * 2) return warning(`${words}; ${limit}.`, advice);
    return ok(words);
  },
};

/** The nearest directory above, or the path itself, that is there. */
async function existing(path: string): Promise<string> {
  for (let place = path; ; place = dirname(place)) {
    const found = await lstat(place).catch(() => undefined);
    if (found !== undefined || place === dirname(place)) return place;
  }
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw error;
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
