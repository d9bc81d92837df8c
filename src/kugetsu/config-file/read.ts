import { KugetsuError } from "../errors.ts";
import { readPrivateFile } from "../env/private-file.ts";
import { type ConfigValue, parseConfig } from "./lines.ts";

/** A home's `config` as it was read. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** undefined when there is no file. */
  readonly text: string | undefined;
  readonly values: ReadonlyMap<string, ConfigValue>;
}

export interface ConfigFileOptions {
  /** What `~` and `$HOME` mean; undefined where no home directory is known. */
  readonly userHome: string | undefined;
  /** Told when the file was open to other users. */
  readonly warn?: (message: string) => void;
  /** Closes a file that is open to other users; true unless told. */
  readonly tighten?: boolean;
}

/** The file before anybody wrote one. */
export function noConfigFile(path: string): ConfigFile {
  return { path, text: undefined, values: new Map() };
}

/**
 * Reads a home's `config`; no file is as good as an empty one. A symlink is followed, since people keep such files
 * with others of their own: what it leads to must be this user's or root's regular file.
 *
 * @throws KugetsuError `failed` that names the lines that cannot be read; `failed` or `forbidden` for what is no
 *   readable text of this user
 */
export async function readConfigFile(
  path: string,
  options: ConfigFileOptions,
): Promise<ConfigFile> {
  const { warn, tighten = true } = options;
  const text = await readPrivateFile(path, warn, { tighten }).catch((error: unknown) => {
    if (!(error instanceof KugetsuError)) throw error;
    throw new KugetsuError(error.code, error.message, {
      cause: error.cause,
      hint: "Put a text file of NAME=VALUE lines there that is yours, or remove it.",
    });
  });
  if (text === undefined) return noConfigFile(path);
  return { path, text, values: parseConfig(text, { where: path, userHome: options.userHome }) };
}
