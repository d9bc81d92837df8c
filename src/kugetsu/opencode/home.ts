import { randomUUID } from "node:crypto";
import { chmod, lstat, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../git/directory.ts";
import type { AgentPlace } from "../runner.ts";
import type { AgentConfig } from "./agent-config.ts";

/** Where one agent's opencode lives, below `AgentPlace.home`. */
export interface AgentHome {
  /** HOME: opencode's data with the session's own database, and whatever tools put there. */
  readonly home: string;
  /** TMPDIR. Each start of opencode leaves a library of 5 MB there, so it is emptied with every process. */
  readonly temp: string;
  /** XDG_CONFIG_HOME: written by us alone, read-only for the agent. */
  readonly config: string;
  /** A list of providers that opencode reads instead of its own; only there when the configuration needs none. */
  readonly providers: string | undefined;
  /** Text that stands in its instructions. */
  readonly instructions: string;
  /** opencode's own data. */
  readonly data: string;
  /** The last export of its conversation, kept by us. */
  readonly exported: string;
}

/** The paths of an agent's home; nothing is made. */
export function agentHome(place: AgentPlace, config?: AgentConfig): AgentHome {
  const home = join(place.home, "home");
  return {
    home,
    temp: join(place.home, "tmp"),
    config: join(place.home, "config"),
    providers:
      config?.selfContained === true ? join(place.home, "config/opencode/models.json") : undefined,
    instructions: join(place.home, "config/opencode/kugetsu.md"),
    data: join(home, ".local/share/opencode"),
    exported: join(place.home, "export.json"),
  };
}

/**
 * Makes the home ready for a start of opencode, with nobody in it. An earlier turn may have left anything in what the
 * agent can write, so no link in there is followed.
 */
export async function prepareHome(place: AgentPlace, config: AgentConfig): Promise<AgentHome> {
  const paths = agentHome(place, config);
  await mkdir(place.home, { recursive: true, mode: 0o700 });
  await chmod(place.home, 0o700);
  // Where there is no sandbox, a turn could have put agents or plugins of its own in here.
  await rm(paths.config, { recursive: true, force: true });
  // opencode loads plugins and settings from here as well, whatever is said of the project's configuration.
  await removeTree(join(paths.home, ".opencode"));
  for (const path of [paths.home, paths.temp, paths.config]) await ownDirectory(path);
  let data = paths.home;
  for (const name of [".local", "share", "opencode"]) {
    data = join(data, name);
    await ownDirectory(data);
  }
  await emptyTemp(paths);

  const directory = join(paths.config, "opencode");
  await ownDirectory(directory);
  // opencode installs a package of 63 MB into its configuration directory with every fresh one, unless it believes that
  // this was done; and it writes the .gitignore where there is none, which fails where the agent may not write.
  await ownDirectory(join(directory, "node_modules"));
  await replaceFile(join(directory, "package-lock.json"), place, SEED);
  await replaceFile(join(directory, ".gitignore"), place, "*\n");
  await replaceFile(join(directory, "opencode.json"), place, config.text);
  if (place.instructions !== undefined)
    await replaceFile(paths.instructions, place, place.instructions);
  if (paths.providers !== undefined) await replaceFile(paths.providers, place, "{}");
  const auth = join(paths.data, "auth.json");
  if (config.auth === undefined) await rm(auth, { force: true, recursive: true });
  else await replaceFile(auth, place, config.auth);
  return paths;
}

/** Removes what an agent's process left in its TMPDIR, which the agent may have removed or replaced by a link. */
export async function emptyTemp(paths: AgentHome): Promise<void> {
  await ownDirectory(paths.temp);
  for (const name of await readdir(paths.temp)) await removeTree(join(paths.temp, name));
}

const SEED = JSON.stringify({ packages: { "": { dependencies: { "@opencode-ai/plugin": "*" } } } });

async function ownDirectory(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there !== undefined && !there.isDirectory()) await rm(path, { force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Written beside and moved into place: what stood there, a link too, is replaced and never followed. */
async function replaceFile(path: string, place: AgentPlace, text: string): Promise<void> {
  const fresh = join(place.home, `.${randomUUID()}`);
  await writeFile(fresh, text, { mode: 0o600, flag: "wx" });
  try {
    await rename(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw error;
    await rm(path, { recursive: true });
    await rename(fresh, path);
  }
}
