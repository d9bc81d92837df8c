import { KugetsuError } from "../kugetsu/errors.ts";
import { continueTurn } from "./continue.ts";
import { delegateTo } from "./delegate.ts";
import { fixTurn } from "./fix.ts";
import type { HandlerEnd, Work } from "./handler.ts";
import { withoutForge } from "./repository.ts";

/** Answers the verbs that need no forge. */
export async function handleWithoutForge(work: Work): Promise<HandlerEnd> {
  const { verb } = work.job;
  if (verb === "fix") return fixTurn(work, withoutForge(work));
  if (verb === "continue") return continueTurn(work, withoutForge(work));
  if (verb === "delegate") return delegateTo(work, work.settings.giteaUrl);
  throw new KugetsuError("internal", `${verb ?? "Nothing"} cannot be done without a forge.`);
}
