import { placeFor } from "../../forges/setup/add.ts";
import { findForge } from "../../forges/setup/kind.ts";
import { createPendingApps } from "../../forges/setup/pending-apps.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { openHome } from "../../kugetsu/home.ts";
import { isName } from "../../kugetsu/ref.ts";
import { type Io, UsageError } from "../command.ts";
import { load } from "./load.ts";

interface AppOptions {
  readonly name?: string | undefined;
  readonly owner?: string | undefined;
  readonly accounts?: string | undefined;
  readonly apiUrl: string | undefined;
  readonly replace?: boolean | undefined;
}

/** `kugetsu forge add URL --app`: the rest is done on a page of the running server. */
export async function addApp(address: string, options: AppOptions, io: Io): Promise<void> {
  const { owner, apiUrl } = options;
  if (owner !== undefined && !isName(owner)) throw new UsageError("--owner is no organisation.");
  const accounts = (options.accounts ?? owner ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((account) => account !== "");
  if (accounts.length === 0 || !accounts.every(isName)) {
    throw new UsageError(
      "--accounts must name the accounts that the App serves.",
      "They are people and organisations on GitHub, separated by commas. Orders from all others are dropped.",
    );
  }
  const loaded = await load(io);
  const { publicUrl, home } = loaded;
  if (publicUrl === undefined) {
    throw new KugetsuError(
      "invalid",
      "KUGETSU_PUBLIC_URL is not set: the address at which GitHub reaches this bot.",
      {
        hint: "Set it, for the server too, to something such as https://kugetsu.example.org; in the environment or in KUGETSU_HOME/config.",
      },
    );
  }
  const found = await findForge(address, {
    kind: "github",
    ...(apiUrl === undefined ? {} : { apiUrl }),
  });
  const { name } = placeFor(loaded, found, {
    name: options.name,
    replace: options.replace === true,
  });
  await openHome(home, { warn: (message) => io.stderr.write(`kugetsu: ${message}\n`) });
  const token = await createPendingApps(home).begin({
    name,
    url: found.url,
    apiUrl,
    owner,
    accounts,
    publicUrl,
  });
  io.stdout.write(`${publicUrl}/setup/github-app?token=${token}\n`);
  io.stderr.write(
    `Open that page within an hour, where you are signed in at ${found.url}: it leads through the making of the App,\n` +
      `which is then stored as the forge ${name}. The server (\`kugetsu serve\`) has to run. Keep the address to yourself.\n`,
  );
}
