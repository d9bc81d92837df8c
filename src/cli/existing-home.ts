import { statSync } from "node:fs";
import { join } from "node:path";
import { readHome } from "../config.ts";
import { DATABASE } from "../kugetsu/home.ts";
import type { Io } from "./command.ts";

/** KUGETSU_HOME as it is; nothing is made. */
export interface ExistingHome {
  /** Absolute. */
  readonly path: string;
  /** The database file; undefined when there is none yet. */
  readonly database: string | undefined;
  /** The shell version made it, and it is not taken over yet: whoever opens the core does that. */
  readonly isShell: boolean;
}

export function existingHome({ env }: Pick<Io, "env">): ExistingHome {
  const path = readHome(env);
  const database = join(path, DATABASE);
  const isThere = isFile(database);
  return {
    path,
    database: isThere ? database : undefined,
    isShell: !isThere && isFile(join(path, "index.json")),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
