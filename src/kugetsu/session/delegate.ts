import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { pmRef, type IssueRef } from "../ref.ts";
import type { Activity, Progress, TurnLimits, TurnResult } from "../runner.ts";
import type { TurnPrompt } from "../turn.ts";
import { BASE, PM_AGENT, type Core, type Place } from "./core.ts";
import { conversationOf, ensurePmAgent } from "./base.ts";
import { converse } from "./converse.ts";
import { noRoom } from "./disk.ts";
import { ownPlace } from "./place.ts";
import { retireOther } from "./same-repository.ts";

/** A wider order to the PM agent of one repository. */
export interface DelegateOrder {
  /** The issue that the order came from: its repository's PM agent gets it. Undefined: the PM agent of `init`. */
  readonly ref: IssueRef | undefined;
  /** What the forge calls the repository. */
  readonly repositoryId?: number | undefined;
  /** GITEA_URL of the agent. */
  readonly forgeUrl: string | undefined;
  /**
   * Puts programs into an empty directory that stands first on the agent's PATH and that it cannot write; what this
   * returns is disposed of at the end of the turn.
   */
  readonly client?: ((directory: string) => Promise<AsyncDisposable>) | undefined;
  readonly prompt: (facts: { readonly tempDir: string }) => string | Promise<TurnPrompt>;
  readonly limits: TurnLimits;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Told all that the agent says and does, in full. */
  readonly onActivity?: ((activity: Activity) => void) | undefined;
  /** Called right before the agent is started. */
  readonly onBegin: () => Promise<void>;
}

export interface DelegateReport {
  readonly result: TurnResult;
  /** The agent worked without a token of the order's forge, since `env/pm-agent.env` has none for it. */
  readonly lacksToken: boolean;
  /** The name of the variable that it would have; GITEA_TOKEN unless told. */
  readonly tokenName?: "GITEA_TOKEN" | "GITHUB_TOKEN";
}

/** Runs one turn of the repository's PM agent. Its first turn forks from the PM agent of `init`. */
export async function delegateTurn(core: Core, order: DelegateOrder): Promise<DelegateReport> {
  const ref = order.ref === undefined ? PM_AGENT : pmRef(order.ref);
  const { repositoryId } = order;
  const full = await noRoom(core, ref);
  if (full !== undefined) return { result: full, lacksToken: false };
  await retireOther(core, ref, repositoryId);
  const slug = await core.sessions.claimSlug(ref);
  const kind = order.ref === undefined ? "pm_agent" : "pm";
  const session =
    (await core.sessions.get(ref)) ?? (await core.sessions.put({ ref, kind, repositoryId }));
  const place = await placeWithClient(core, slug, order);
  await using _client = (await order.client?.(clientDirectory(place))) ?? NOTHING;
  const result = await converse(core, session, place, order, {
    beginning: () => (order.ref === undefined ? conversationOf(core, BASE) : beginning(core)),
    prompt: () => order.prompt({ tempDir: place.tempDir }),
  });
  await core.sessions.patch(ref, { state: result.outcome });
  return { result, ...tokenOf(place.env) };
}

function tokenOf(env: Place["env"]): Pick<DelegateReport, "lacksToken" | "tokenName"> {
  const isGitHub = env["GITHUB_URL"] !== undefined && env["GITEA_URL"] === undefined;
  if (!isGitHub) return { lacksToken: env["GITEA_TOKEN"] === undefined };
  const token = env["GITHUB_TOKEN"] ?? env["GH_TOKEN"];
  return { lacksToken: token === undefined, tokenName: "GITHUB_TOKEN" };
}

const NOTHING: AsyncDisposable = { [Symbol.asyncDispose]: async () => undefined };

/** The PM agent's place, with `kugetsu` on its PATH and the words that say how to use it. */
async function placeWithClient(core: Core, slug: string, order: DelegateOrder): Promise<Place> {
  const kind = "pm";
  const { forgeUrl } = order;
  const place = await ownPlace(core, {
    slug,
    kind,
    ...(forgeUrl === undefined ? {} : { forgeUrl }),
  });
  if (order.client === undefined) return place;
  const directory = clientDirectory(place);
  // The directory stays the same one over the turns: a waiting agent goes on seeing it.
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return {
    ...place,
    env: { ...place.env, PATH: `${directory}:${place.env["PATH"] ?? ""}` },
    // What lies there runs on the Node of the bot.
    readable: [...(place.readable ?? []), directory, await realpath(process.execPath)],
    instructions: core.pmInstructions,
  };
}

function clientDirectory(place: Place): string {
  return join(place.home, "client");
}

/** The PM agent of `init`, or the base session where that one has said nothing yet. */
async function beginning(core: Core): Promise<string | undefined> {
  await ensurePmAgent(core);
  return (await conversationOf(core, PM_AGENT)) ?? conversationOf(core, BASE);
}
