import { randomBytes } from "node:crypto";
import type { ForgeAdmin, HookDraft, HookScope, RemoteHook } from "../../forge/admin.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import { redacted } from "../../redacted.ts";
import type { ForgeFile } from "../file.ts";
import type { ForgeSetting, HookSetting } from "../setting.ts";
import { newSecret } from "./add.ts";
import { faultsOf, hookAddress, isFor, isOurs } from "./hook-address.ts";
import { withRights } from "./remove.ts";

/** A hook as it is after the set-up, stored and on the forge. */
export interface Watched {
  readonly at: HookScope;
  readonly hook: HookSetting & { readonly remoteId: number };
  readonly draft: HookDraft;
  /** What was done, each a sentence; empty: it was all right. */
  readonly changes: readonly string[];
  /**
   * Removes the hooks that this one took the place of; undefined: there are none. What the forge still has to deliver
   * through them is lost with them, so that this is done once something has come through the new one.
   */
  readonly retire: (() => Promise<void>) | undefined;
}

export interface WatchOptions {
  readonly setting: ForgeSetting;
  readonly file: ForgeFile;
  readonly admin: ForgeAdmin;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly rotate: boolean;
}

/**
 * Makes or repairs the webhook of a repository or an organisation. What is told to the forge is stored first: whenever
 * it is cut off, a second run finds what is there and goes on, and there are never two in the end.
 * @throws KugetsuError of the forge, with what right is needed
 */
export async function watchScope(name: string, options: WatchOptions): Promise<Watched> {
  const { admin } = options;
  const at = await find(name, admin);
  if (at.archived) {
    throw new KugetsuError("forbidden", `${at.name} is archived: nothing can be done in it.`, {
      hint: "Take it out of the archive first.",
    });
  }
  let remote: readonly RemoteHook[];
  try {
    remote = await admin.hooks(at);
    return await setUp(at, remote, options);
  } catch (error) {
    throw withRights(error, at.name);
  }
}

async function find(name: string, admin: ForgeAdmin): Promise<HookScope> {
  try {
    return await admin.scope(name);
  } catch (error) {
    if (!(error instanceof KugetsuError) || error.code !== "not_found") throw error;
    throw new KugetsuError(
      "not_found",
      `The forge shows the bot no ${name.includes("/") ? "repository" : "organisation"} ${name}.`,
      {
        cause: error,
        hint: name.includes("/")
          ? "Is it written right? In a private one the bot's account has to be a collaborator."
          : "Only organisations have webhooks for all that they own: of a person, name each repository (owner/repo).",
      },
    );
  }
}

async function setUp(
  at: HookScope,
  remote: readonly RemoteHook[],
  { setting, file, admin, publicUrl, rotate }: WatchOptions,
): Promise<Watched> {
  const changes: string[] = [];
  const known = setting.hooks.find((one) => isFor(one, at));
  let hook: HookSetting = known ?? {
    id: randomBytes(8).toString("hex"),
    scope: at.name,
    scopeId: at.id,
    remoteId: undefined,
    secrets: redacted([newSecret()]),
  };
  if (known === undefined) await file.addHook(setting, hook);
  const keep = async (change: Partial<HookSetting>) => {
    hook = { ...hook, ...change };
    await file.replaceHook(setting, hook);
  };
  if (rotate && known !== undefined)
    await keep({ scope: at.name, secrets: redacted([newSecret(), ...hook.secrets]) });
  else if (hook.scope !== at.name) await keep({ scope: at.name });
  const [secret = ""] = hook.secrets;
  const draft: HookDraft = {
    url: hookAddress(publicUrl, setting.name, hook.id),
    events: admin.events,
    // A secret that can be changed is set again with each change: the forge would drop it.
    ...(admin.changesSecrets ? { secret } : {}),
  };
  const mine = remote.filter(({ id, url }) => id === hook.remoteId || url === draft.url);
  // Of two, which an interrupted rotation leaves, the newer one has the secret in force.
  const [newest, ...older] = mine.toSorted((one, other) => other.id - one.id);
  const strays = remote.filter(
    (one) => !mine.includes(one) && isOurs(one, publicUrl, setting.name),
  );

  let id = newest?.id;
  const replace = rotate && known !== undefined && !admin.changesSecrets;
  if (newest === undefined || replace) {
    id = await admin.createHook(at, { ...draft, secret });
    changes.push(newest === undefined ? "The webhook was made." : "The webhook was made anew.");
  } else {
    const faults = faultsOf(newest, draft);
    if (faults.length > 0 || rotate) {
      await admin.editHook(at, newest.id, draft);
      changes.push(
        ...faults.map((fault) => `It was repaired: it ${fault}.`.replace("it is", "it was")),
        ...(rotate ? ["It has a new secret."] : []),
      );
    }
  }
  if (id === undefined) throw new Error("There is no hook after it was made");
  if (hook.remoteId !== id) await keep({ remoteId: id });
  for (const stray of strays) {
    await admin.removeHook(at, stray.id);
    changes.push("A webhook that nothing here knows any more was removed.");
  }
  const replaced = replace ? mine : older;
  const retire = async () => {
    for (const old of replaced) await admin.removeHook(at, old.id);
  };
  return {
    at,
    hook: { ...hook, remoteId: id },
    draft,
    changes,
    retire: replaced.length === 0 ? undefined : retire,
  };
}
