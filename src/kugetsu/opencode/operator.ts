import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { KugetsuError } from "../errors.ts";

/** One text of configuration. */
export interface ConfigLayer {
  /** What it is called in messages; no secret, no path. */
  readonly source: string;
  /** JSON with comments. */
  readonly text: string;
  /** What relative paths in it start from. */
  readonly directory: string;
}

/** The operator's own opencode configuration: it says which model and provider agents use. */
export interface OpencodeConfig {
  /** A later one wins. */
  readonly layers: readonly ConfigLayer[];
  /** What `{env:NAME}` in it stands for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The operator's home directory, for `~/`. */
  readonly home: string;
  /** Credentials in the form of opencode's auth.json. */
  readonly auth: string | undefined;
}

/**
 * Reads the operator's configuration as opencode would: the user's own file, then `OPENCODE_CONFIG`, then
 * `OPENCODE_CONFIG_CONTENT`; of a variable that is set twice, `default.env` wins over the environment. Nothing is
 * ever written to it.
 *
 * @throws KugetsuError `invalid` when a named file cannot be read
 */
export async function operatorConfig(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly defaultEnv: ReadonlyMap<string, string>;
}): Promise<OpencodeConfig> {
  const env = { ...options.environment, ...Object.fromEntries(options.defaultEnv) };
  const home = options.environment["HOME"] ?? homedir();
  const userDirectory = join(
    options.environment["XDG_CONFIG_HOME"] || join(home, ".config"),
    "opencode",
  );
  const layers: ConfigLayer[] = [];
  for (const name of ["config.json", "opencode.json", "opencode.jsonc"]) {
    const text = await readIfThere(join(userDirectory, name));
    if (text !== undefined)
      layers.push({ source: `the user's ${name}`, text, directory: userDirectory });
  }
  const named = env["OPENCODE_CONFIG"];
  if (named) {
    const path = resolve(named.replace(/^~(?=\/)/, home));
    const text = await readIfThere(path);
    if (text === undefined) {
      throw new KugetsuError("invalid", "OPENCODE_CONFIG names a file that does not exist.", {
        hint: path,
      });
    }
    layers.push({ source: "OPENCODE_CONFIG", text, directory: dirname(path) });
  }
  const content = env["OPENCODE_CONFIG_CONTENT"];
  if (content)
    layers.push({ source: "OPENCODE_CONFIG_CONTENT", text: content, directory: userDirectory });

  const data = join(options.environment["XDG_DATA_HOME"] || join(home, ".local/share"), "opencode");
  const auth = env["OPENCODE_AUTH_CONTENT"] || (await readIfThere(join(data, "auth.json")));
  return { layers, env, home, auth };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new KugetsuError("invalid", "opencode's configuration cannot be read.", {
      cause: error,
      hint: path,
    });
  }
}
