import type { ForgeAdmin, RemoteDelivery } from "../../forge/admin.ts";
import { KugetsuError } from "../../kugetsu/errors.ts";
import type { ForgeSetting } from "../setting.ts";
import { allowedHostEntry, whyNotReached } from "./reach.ts";
import type { Seen } from "./seen.ts";
import type { Watched } from "./watch.ts";

/** Whether a delivery went all the way, and otherwise why not. */
export type Proof =
  | { readonly kind: "proven" }
  /** The forge has no test for it. */
  | { readonly kind: "untested"; readonly words: string; readonly advice: string }
  | { readonly kind: "failed"; readonly words: string; readonly advice: string };

export interface ProveOptions {
  readonly setting: ForgeSetting;
  readonly admin: ForgeAdmin;
  readonly publicUrl: string;
  /** undefined: the home has no database. */
  readonly seen: Seen | undefined;
  readonly isServed: boolean;
  readonly home: string;
  /** How long a test delivery may take. */
  readonly patienceMs: number;
  /** Deliveries from then on are counted: GitHub pings when a hook is made. */
  readonly since: number;
  readonly onWait: () => void;
}

/** Has the forge send a test delivery, and waits until the running server has taken it. */
export async function prove(watched: Watched, options: ProveOptions): Promise<Proof> {
  const { at, hook, draft } = watched;
  const { setting, admin, publicUrl, seen, patienceMs, since, onWait } = options;
  if (seen === undefined || !options.isServed) {
    return {
      kind: "failed",
      words: `No server runs on ${options.home}, so that nothing can be received.`,
      advice: "Start it with `kugetsu serve`, and run this again.",
    };
  }
  const why = await admin.testHook(at, hook.remoteId, draft);
  if (why !== undefined) {
    const unreached = await whyNotReached(publicUrl, draft.url);
    if (unreached !== undefined) return { kind: "failed", ...unreached };
    const listed = setting.kind === "gitea" ? await hostAdvice(publicUrl) : undefined;
    return {
      kind: "untested",
      words: `${why}: the first delivery will be the proof.`,
      advice: ["Comment on an issue there; `kugetsu forge check` shows the last delivery.", listed]
        .filter((words) => words !== undefined)
        .join(" "),
    };
  }
  onWait();
  if (await seen.wait(setting.name, hook.id, since, patienceMs)) return { kind: "proven" };
  return { kind: "failed", ...(await whyLost(watched, options)) };
}

async function whyLost(
  { at, hook, draft }: Watched,
  { setting, admin, publicUrl }: ProveOptions,
): Promise<{ readonly words: string; readonly advice: string }> {
  const told = await recordOf(() => admin.lastDelivery(at, hook.remoteId));
  if (told?.status === 401) {
    return {
      words: "The bot refused the delivery: it is signed with another secret.",
      advice: "`kugetsu forge watch --rotate` gives it a new one.",
    };
  }
  const unreached = await whyNotReached(publicUrl, draft.url);
  if (unreached !== undefined) return unreached;
  const page = admin.page(at, hook.remoteId);
  if (told !== undefined && !(told.status >= 200 && told.status < 300)) {
    return {
      words: `The forge says of its delivery: ${told.status === 0 ? "" : `${told.status} `}${told.words || "it failed"}.`,
      advice: `From here ${publicUrl} can be reached; from there it has to be as well. ${page} shows the delivery.`,
    };
  }
  const listed = setting.kind === "gitea" ? await hostAdvice(publicUrl) : undefined;
  if (listed !== undefined) {
    return {
      words: `${publicUrl} can be reached from here, and no test delivery of the forge came.`,
      advice: `${listed} What it says of the delivery stands at ${page}.`,
    };
  }
  return {
    words: `${publicUrl} can be reached from here, and no test delivery of the forge came.`,
    advice: `Can the forge's machine reach it? ${page} shows what became of the delivery; with 401 there, \`kugetsu forge watch --rotate\` gives the webhook a new secret.`,
  };
}

/** Gitea's default lets nothing leave for addresses that are not public. */
async function hostAdvice(publicUrl: string): Promise<string | undefined> {
  const entry = await allowedHostEntry(publicUrl);
  if (entry === undefined) return undefined;
  return `By default Gitea and Forgejo send nothing to such an address: its admin sets ALLOWED_HOST_LIST = external,${entry} under [webhook] in app.ini, and starts it again.`;
}

async function recordOf(
  read: () => Promise<RemoteDelivery | undefined>,
): Promise<RemoteDelivery | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KugetsuError) return undefined;
    throw error;
  }
}
