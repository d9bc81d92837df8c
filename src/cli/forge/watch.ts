import { setTimeout as delay } from "node:timers/promises";
import { openAdmin } from "../../forges/adapter.ts";
import { chooseForge, type LoadedForges } from "../../forges/setup/load.ts";
import { type Proof, prove } from "../../forges/setup/prove.ts";
import { removeRemote } from "../../forges/setup/remove.ts";
import { openSeen } from "../../forges/setup/seen.ts";
import { watchScope, type Watched } from "../../forges/setup/watch.ts";
import type { ForgeSetting } from "../../forges/setting.ts";
import { createLeaseStore } from "../../kugetsu/db/leases.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { openHome } from "../../kugetsu/home.ts";
import { isName } from "../../kugetsu/ref.ts";
import { redacted } from "../../redacted.ts";
import { parseArguments } from "../arguments.ts";
import { type Io, UsageError } from "../command.ts";
import { printableJson } from "../printable.ts";
import { isServed } from "../served.ts";
import { load } from "./load.ts";
import { readToken } from "./token.ts";

const OPTIONS = {
  forge: { type: "string" },
  rotate: { type: "boolean" },
  remove: { type: "boolean" },
  "no-test": { type: "boolean" },
  token: { type: "string" },
  json: { type: "boolean" },
} as const;

/** After so long a forge has delivered what it had to, as far as can be told. */
const SETTLED_MS = 5_000;
const PATIENCE_MS = 15_000;

/** `kugetsu forge watch SCOPE` */
export async function watch(args: readonly string[], io: Io): Promise<void> {
  const { values, positionals } = parseArguments(args, OPTIONS, { max: 1 });
  const [scope] = positionals;
  const parts = (scope ?? "").split("/");
  if (scope === undefined || parts.length > 2 || !parts.every(isName))
    throw new UsageError("`forge watch` needs a repository (owner/repo) or an organisation.");
  const loaded = await load(io);
  const setting = chooseForge(loaded, values.forge);
  const token =
    values.token === undefined
      ? undefined
      : await readToken("Token for the set-up: ", values.token, io);
  if (values.remove === true) return unwatch(scope, { loaded, setting, token }, io);

  const { publicUrl } = loaded;
  if (publicUrl === undefined) {
    throw new KugetsuError(
      "invalid",
      "KUGETSU_PUBLIC_URL is not set: the address at which the forge reaches this bot.",
      {
        hint: "Set it, for the server too, to something such as https://kugetsu.example.org; in the environment or in KUGETSU_HOME/config.",
      },
    );
  }
  const admin = openAdmin(setting, token);
  await openHome(loaded.home, { warn: (message) => io.stderr.write(`kugetsu: ${message}\n`) });
  const before = Date.now();
  const watched = await watchScope(scope, {
    setting,
    file: loaded.file,
    admin,
    publicUrl,
    rotate: values.rotate === true,
  });
  for (const change of watched.changes) io.stderr.write(`${change}\n`);

  using seen = openSeen(loaded.home);
  const proof: Proof | undefined =
    values["no-test"] === true
      ? undefined
      : await prove(watched, {
          setting,
          admin,
          publicUrl,
          seen,
          isServed: seen !== undefined && (await isServed(createLeaseStore(seen.db))),
          home: loaded.home,
          patienceMs: PATIENCE_MS,
          // What came before the new secret proves nothing of it; what GitHub sends when it makes a hook does count.
          since: values.rotate === true ? Date.now() : before,
          onWait: () => io.stderr.write("Waiting for the test delivery…\n"),
        });
  if (watched.retire !== undefined) {
    // A forge delivers in turn: what it was to deliver before the test is there when the test is.
    if (proof?.kind !== "proven") await delay(SETTLED_MS);
    await watched.retire();
  }
  if (proof?.kind === "proven" && values.rotate === true) await forgetOld(loaded, setting, watched);
  say({ setting, watched, proof, rotate: values.rotate === true }, values.json === true, io);
  if (proof?.kind === "failed")
    throw new KugetsuError("failed", proof.words, { hint: proof.advice });
}

/** The new secret is in force on the forge, and a delivery was signed with it. */
async function forgetOld(
  { file }: LoadedForges,
  setting: ForgeSetting,
  { hook }: Watched,
): Promise<void> {
  await file.replaceHook(setting, { ...hook, secrets: redacted(hook.secrets.slice(0, 1)) });
}

function say(
  done: { setting: ForgeSetting; watched: Watched; proof: Proof | undefined; rotate: boolean },
  json: boolean,
  io: Io,
): void {
  const { setting, watched, proof } = done;
  const { at, hook, draft, changes } = watched;
  if (json) {
    const told = {
      forge: setting.name,
      scope: at.name,
      hook: hook.id,
      address: draft.url,
      changed: changes.length > 0,
      proven: proof?.kind === "proven",
    };
    io.stdout.write(`${printableJson(told)}\n`);
  } else if (proof?.kind === "proven") {
    io.stdout.write(`${at.name} is watched: a test delivery arrived at ${draft.url}.\n`);
  } else if (proof?.kind !== "failed") {
    io.stdout.write(`The webhook of ${at.name} leads to ${draft.url}.\n`);
  }
  if (proof?.kind === "untested") io.stderr.write(`${proof.words}\n${proof.advice}\n`);
  if (done.rotate && proof?.kind !== "proven" && hook.secrets.length > 1)
    io.stderr.write("The old secret counts as well, until a `--rotate` is proven.\n");
}

async function unwatch(
  scope: string,
  {
    loaded,
    setting,
    token,
  }: { loaded: LoadedForges; setting: ForgeSetting; token: string | undefined },
  io: Io,
): Promise<void> {
  const hooks = setting.hooks.filter((hook) => hook.scope.toLowerCase() === scope.toLowerCase());
  if (hooks.length === 0) {
    throw new KugetsuError(
      "not_found",
      `${setting.name} has no webhook for ${scope} that was made here.`,
      {
        hint: "`kugetsu forge list` shows which there are.",
      },
    );
  }
  for (const hook of hooks) {
    await removeRemote(setting, hook, loaded.publicUrl, token);
    await loaded.file.removeHook(setting.name, hook.id);
  }
  io.stdout.write(`The webhook of ${scope} is removed.\n`);
}
