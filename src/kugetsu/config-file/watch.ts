import { watchFile } from "../watch-file.ts";
import { type ConfigFile, type ConfigFileOptions, readConfigFile } from "./read.ts";

/**
 * Gives a config file as it is at each call, and the same object while it says the same. Costs one `stat` while
 * nothing changed. A file that cannot be read leaves what was read last in force, which `warn` is told once for each
 * change.
 *
 * @param initial what holds until the first good reading
 */
export function watchConfigFile(
  initial: ConfigFile,
  options: ConfigFileOptions & { readonly warn: (message: string) => void },
): () => Promise<ConfigFile> {
  return watchFile(
    initial.path,
    initial,
    async (held) => {
      const read = await readConfigFile(held.path, options);
      return read.text === held.text ? held : read;
    },
    (message) => options.warn(`${message}\nThe settings read before still hold.`),
  );
}
