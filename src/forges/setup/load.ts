import type { ConfigFile } from "../../kugetsu/config-file/read.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { readPublicUrl, readWorkConfig } from "../../config.ts";
import { createForgeFile, type ForgeFile, withHooks } from "../file.ts";
import type { ForgeSetting } from "../setting.ts";

/** All forges of a home, and the file that some of them stand in. */
export interface LoadedForges {
  /** KUGETSU_HOME, absolute; it need not be there. */
  readonly home: string;
  /** KUGETSU_PUBLIC_URL */
  readonly publicUrl: string | undefined;
  readonly file: ForgeFile;
  /** With their hooks, the environment's first. */
  readonly forges: readonly ForgeSetting[];
  /** What is left out of account in the file. */
  readonly warnings: readonly string[];
}

/** @throws KugetsuError `invalid` for a wrong setting; as `ForgeFile.load` does */
export async function loadForges(
  env: Readonly<Record<string, string | undefined>>,
  config: ConfigFile,
): Promise<LoadedForges> {
  const { home, forges: environment } = readWorkConfig(env, config);
  const file = createForgeFile(home, environment);
  const stored = await file.load();
  return {
    home,
    publicUrl: readPublicUrl(env, config),
    file,
    warnings: stored.warnings,
    forges: [...environment, ...stored.forges].map((forge) => withHooks(forge, stored)),
  };
}

/** The forge of that name, or without one the only one. @throws KugetsuError `not_found`, `invalid` */
export function chooseForge(
  { forges }: Pick<LoadedForges, "forges">,
  name: string | undefined,
): ForgeSetting {
  const [only, ...more] = forges;
  if (only === undefined) {
    throw new KugetsuError("not_found", "No forge is configured.", {
      hint: "`kugetsu forge add URL` adds one.",
    });
  }
  const names = forges.map((forge) => forge.name).join(", ");
  if (name === undefined && more.length > 0)
    throw new KugetsuError("invalid", "There are several forges: say which with --forge NAME.", {
      hint: `There are ${names}.`,
    });
  const found = name === undefined ? only : forges.find((forge) => forge.name === name);
  if (found !== undefined) return found;
  throw new KugetsuError(
    "not_found",
    `There is no forge called ${JSON.stringify(name?.slice(0, 40))}.`,
    {
      hint: `There are ${names}.`,
    },
  );
}

/** Which variables configure a forge of the environment. */
export function variablesOf({ kind, secrets }: ForgeSetting): string {
  if (kind === "gitea") return "GITEA_URL, GITEA_TOKEN and GITEA_WEBHOOK_SECRET";
  return secrets.app === undefined
    ? "GITHUB_TOKEN and GITHUB_WEBHOOK_SECRET"
    : "GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY, GITHUB_APP_ACCOUNTS and GITHUB_WEBHOOK_SECRET";
}
