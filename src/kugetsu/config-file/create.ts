import { writeFile } from "node:fs/promises";
import { KugetsuError } from "../errors.ts";
import type { Home } from "../home.ts";

const EXAMPLES = `# Settings of kugetsu: NAME=VALUE lines. Take the # away to change one.
# What is set in the environment wins over this file, and this file wins over the defaults.
# ~ and $HOME are understood; nothing in this file is ever executed.
# No secrets here: tokens and keys belong into the environment, or into \`kugetsu env set\`.
# \`kugetsu config\` shows every setting, its value and where it comes from.

# Dev agents at work at a time (3); read anew before each turn
# MAX_CONCURRENT_AGENTS=5

# Where agents put what is not part of the work, a directory in it for each session (else each has one in the home)
# KUGETSU_TEMP_DIR=~/.local/share/kugetsu/temp

# Limits of one turn; read anew before each turn
# TURN_TIMEOUT=30m
# TURN_SILENCE=10m
# TURN_TOKENS=2000000
# TURN_REQUESTS=500

# Turns that one person may ask for a day
# TURNS_PER_DAY=20

# Further directories that agents may read, such as a toolchain in a home
# SANDBOX_READ=~/go:~/.cargo

# Memory of an agent with all that it starts
# AGENT_MEMORY=4G
`;

/**
 * Writes a home's `config` with commented examples, 0600, where there is none; what is there is never touched.
 *
 * @returns whether it was made
 * @throws KugetsuError `failed`
 */
export async function createConfigFile(home: Pick<Home, "config">): Promise<boolean> {
  try {
    await writeFile(home.config, EXAMPLES, { flag: "wx", mode: 0o600 });
    return true;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    if (code === "EEXIST") return false;
    throw new KugetsuError("failed", `${home.config} cannot be made (${code}).`, { cause });
  }
}
