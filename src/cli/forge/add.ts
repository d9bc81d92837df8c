import { placeFor, scopesFor, settingOf, tryOut } from "../../forges/setup/add.ts";
import { findForge } from "../../forges/setup/kind.ts";
import { openHome } from "../../kugetsu/home.ts";
import { parseUrl } from "../../settings/units.ts";
import { parseArguments } from "../arguments.ts";
import { type Io, UsageError } from "../command.ts";
import { load } from "./load.ts";
import { readToken } from "./token.ts";

const OPTIONS = {
  name: { type: "string" },
  kind: { type: "string" },
  "api-url": { type: "string" },
  token: { type: "string" },
  replace: { type: "boolean" },
  app: { type: "boolean" },
  accounts: { type: "string" },
  owner: { type: "string" },
} as const;

/** `kugetsu forge add URL` */
export async function add(args: readonly string[], io: Io): Promise<void> {
  const { values, positionals } = parseArguments(args, OPTIONS, { max: 1 });
  const [address] = positionals;
  if (address === undefined) throw new UsageError("`forge add` needs the address of the forge.");
  const kind = kindOf(values.app === true ? "github" : values.kind);
  const apiUrl = apiUrlOf(values["api-url"]);
  if (apiUrl !== undefined && kind === "gitea")
    throw new UsageError("--api-url is for GitHub alone.");
  if (values.app === true) {
    if (values.token !== undefined) throw new UsageError("An App has no token: leave --token out.");
    const { addApp } = await import("./app.ts");
    return addApp(address, { ...values, apiUrl }, io);
  }
  if (values.accounts !== undefined || values.owner !== undefined)
    throw new UsageError("--accounts and --owner go with --app.");

  const loaded = await load(io);
  const found = await findForge(address, {
    ...(kind === undefined ? {} : { kind }),
    ...(apiUrl === undefined ? {} : { apiUrl }),
  });
  const { name, earlier } = placeFor(loaded, found, {
    name: values.name,
    replace: values.replace === true,
  });
  io.stderr.write(`${found.says} at ${found.url}.\n`);
  if (values.token === undefined)
    io.stderr.write(`A token of the bot's account is needed, with ${scopesFor(found.kind)}.\n`);
  const token = await readToken("Token: ", values.token, io);
  const place = { name, kind: found.kind, url: found.url, apiUrl };
  const setting = settingOf(place, { token, app: undefined }, earlier);
  const { login } = await tryOut(setting);
  await openHome(loaded.home, { warn: (message) => io.stderr.write(`kugetsu: ${message}\n`) });
  await loaded.file.save(setting);
  io.stdout.write(
    `${earlier === undefined ? "Added" : "Changed"} the forge ${name}: ${found.url}, where the bot is ${login}.\n`,
  );
  const option = loaded.forges.length > (earlier === undefined ? 0 : 1) ? ` --forge ${name}` : "";
  io.stderr.write(`Next: kugetsu forge watch owner/repo${option}\n`);
}

export function apiUrlOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const url = parseUrl(given);
  if (url === undefined) throw new UsageError("--api-url is no address.");
  return url;
}

function kindOf(given: string | undefined): "gitea" | "github" | undefined {
  if (given === undefined || given === "gitea" || given === "github") return given;
  if (given.toLowerCase() === "forgejo") return "gitea";
  throw new UsageError("--kind is gitea (Forgejo too) or github.");
}
