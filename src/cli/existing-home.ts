import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { readHome } from "../config.ts";
import { KugetsuError } from "../kugetsu/errors.ts";
import { assertOwnDirectory, DATABASE } from "../kugetsu/home.ts";
import type { Io } from "./command.ts";

/** KUGETSU_HOME as it is; nothing is made. */
export interface ExistingHome {
  /** Absolute. */
  readonly path: string;
  /** The database file; undefined when there is none yet. */
  readonly database: string | undefined;
  /** It holds an index.json. Without a database the shell version made it: whoever opens the core takes it over. */
  readonly hasIndex: boolean;
}

/** @throws KugetsuError as `openHome` does */
export function existingHome({ env }: Pick<Io, "env">): ExistingHome {
  const path = readHome(env);
  const found = look(path);
  if (found !== undefined) assertOwnDirectory(path, found);
  const database = join(path, DATABASE);
  return {
    path,
    database: isFile(database) ? database : undefined,
    hasIndex: isFile(join(path, "index.json")),
  };
}

function isFile(path: string): boolean {
  return look(path)?.isFile() === true;
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new KugetsuError("forbidden", `${path} cannot be opened (${code}).`, {
      cause,
      hint: "Run kugetsu as its owner, or set KUGETSU_HOME to a directory of your own.",
    });
  }
}
