import { code } from "../reply.ts";
import { aboutOf } from "./pull-request.ts";
import type { Handler } from "./handler.ts";

/** Forgets the session and removes its worktree; unpushed work is kept. */
export const reset: Handler = async ({ job, kugetsu }) => {
  if ((await kugetsu.session(job.ref, job.repository.id)) === undefined) {
    return { state: "done", words: `There is no session for this ${aboutOf(job)}.` };
  }
  const { kept } = await kugetsu.destroy(job.ref);
  const where =
    kept.length === 0 ? "" : ` Unpushed work is kept under ${kept.map(code).join(", ")}.`;
  return {
    state: "done",
    words: `**Reset.** The session is gone; \`/kugetsu fix\` starts anew.${where}`,
  };
};
