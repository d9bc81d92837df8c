import type { Forge } from "../forge/forge.ts";
import type { Job } from "../jobs/job.ts";
import type { ConfirmedAct } from "./confirm.ts";

/**
 * Whether whoever wrote the words as they are now is known, or may give this order whoever it was. Gitea shows a hook's
 * secret to all admins of its repository, so where repositories share one, a story signed with it may name anybody as the
 * editor, or hide that there was one; and the forge, asked for the words, does not tell of editors. Others who can edit
 * may be people without a right to the code.
 */
export async function isEditorKnown(
  forge: Pick<Forge, "kind" | "editorsMayPush">,
  job: Pick<Job, "action" | "hook" | "verb">,
  { mayBeEdited, repository }: ConfirmedAct & { readonly kind: "confirmed" },
): Promise<boolean> {
  if (!mayBeEdited && job.action === "created") return true;
  if (forge.kind !== "gitea" || job.hook !== undefined) return true;
  // Whoever may push here may not be allowed to delegate.
  return job.verb !== "delegate" && forge.editorsMayPush(repository);
}
