import { pmRef, type IssueRef } from "../ref.ts";
import type { Progress, TurnLimits, TurnResult } from "../runner.ts";
import { BASE, PM_AGENT, type Core } from "./core.ts";
import { conversationOf, ensurePmAgent } from "./base.ts";
import { converse } from "./converse.ts";
import { noRoom } from "./disk.ts";
import { ownPlace } from "./place.ts";
import { retireOther } from "./same-repository.ts";

/** A wider order to the PM agent of one repository. */
export interface DelegateOrder {
  /** The issue that the order came from: its repository's PM agent gets it. */
  readonly ref: IssueRef;
  /** What the forge calls the repository. */
  readonly repositoryId?: number | undefined;
  /** GITEA_URL of the agent. */
  readonly forgeUrl: string;
  readonly prompt: (facts: { readonly tempDir: string }) => string;
  readonly limits: TurnLimits;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Called right before the agent is started. */
  readonly onBegin: () => Promise<void>;
}

export interface DelegateReport {
  readonly result: TurnResult;
  /** The agent worked without a forge token, since `env/pm-agent.env` has none. */
  readonly lacksToken: boolean;
}

/** Runs one turn of the repository's PM agent. Its first turn forks from the PM agent of `init`. */
export async function delegateTurn(core: Core, order: DelegateOrder): Promise<DelegateReport> {
  const ref = pmRef(order.ref);
  const { repositoryId } = order;
  const full = await noRoom(core, ref);
  if (full !== undefined) return { result: full, lacksToken: false };
  await retireOther(core, ref, repositoryId);
  const slug = await core.sessions.claimSlug(ref);
  const session =
    (await core.sessions.get(ref)) ?? (await core.sessions.put({ ref, kind: "pm", repositoryId }));
  const place = await ownPlace(core, { slug, kind: "pm", forgeUrl: order.forgeUrl });
  const result = await converse(core, session, place, order, {
    beginning: () => beginning(core),
    prompt: () => order.prompt({ tempDir: place.tempDir }),
  });
  await core.sessions.patch(ref, { state: result.outcome });
  return { result, lacksToken: place.env["GITEA_TOKEN"] === undefined };
}

/** The PM agent of `init`, or the base session where that one has said nothing yet. */
async function beginning(core: Core): Promise<string | undefined> {
  await ensurePmAgent(core);
  return (await conversationOf(core, PM_AGENT)) ?? conversationOf(core, BASE);
}
