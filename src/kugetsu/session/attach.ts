import { KugetsuError } from "../errors.ts";
import type { Session } from "../db/sessions.ts";
import { parseRef } from "../ref.ts";
import { sharedPlace } from "./base.ts";
import { BASE, PM_AGENT, type Core, type Place } from "./core.ts";
import { existingMirror } from "./mirror.ts";
import { issuePlace } from "./place.ts";
import { visit, type Terminal } from "./visit.ts";
import { bringToTip, exists, isLeftOpen, isWorking, type WorkingSession } from "./worktree.ts";

export interface AttachOrder extends Terminal {
  /** A printed ref, `base`, `pm-agent`, or that of a repository's PM agent. */
  readonly ref: string;
  /** Called when nobody else is in the session, right before opencode is opened. */
  readonly onOpen: (session: {
    readonly path: string;
    readonly branch: string | undefined;
  }) => Promise<void>;
}

/**
 * Opens opencode's own interface on a session's conversation, where its agent works and with what its agent has. The
 * caller holds the session's lease. What is done there is taken over with the next turn.
 *
 * @throws KugetsuError `not_found` where there is no conversation, `failed` when opencode does not end as it should
 */
export async function attach(core: Core, order: AttachOrder): Promise<Session> {
  const { ref } = order;
  const session = await core.sessions.get(ref);
  if (session === undefined) throw nothingThere(ref);
  if (session.importedConversation !== undefined) {
    throw new KugetsuError(
      "not_found",
      `The conversation of ${ref} still lies with the shell version.`,
      {
        hint:
          session.kind === "forked"
            ? `\`kugetsu continue ${ref} MESSAGE\` brings it over.`
            : "`kugetsu init --force` makes a new one.",
      },
    );
  }
  if (session.kind === "forked") return attachIssue(core, order, session);
  const place = await sharedPlace(
    core,
    ref,
    session.kind === "base" ? "dev" : "pm",
    order.forgeUrl,
  );
  await order.onOpen({ path: place.cwd, branch: undefined });
  const since = Date.now();
  await visit(core, place, order, session.opencodeSessionId);
  if (session.opencodeSessionId !== undefined) return core.sessions.patch(ref, {});
  // A conversation that was begun in an empty session is its own from now on.
  const used = await core.runner.usedSince(place, since, order.signal);
  if (used === undefined) return session;
  return core.sessions.patch(ref, {
    opencodeSessionId: used.sessionId,
    worktreePath: place.cwd,
  });
}

async function attachIssue(core: Core, order: AttachOrder, session: Session): Promise<Session> {
  const { ref, repositoryId, opencodeSessionId } = session;
  if (opencodeSessionId === undefined || !isWorking(session)) throw nothingThere(ref);
  const place = await issuePlace(core, session.slug, { ref: parseRef(ref), repositoryId });
  if (!(await exists(place.cwd))) {
    throw new KugetsuError("not_found", `The worktree of ${ref} is gone.`, {
      hint: `\`kugetsu continue ${ref} MESSAGE\` makes it anew.`,
    });
  }
  await core.runner.release(place.key);
  if (!isLeftOpen(session)) await standOnTip(core, session, place, order.signal);
  // Written down first: however this ends, the next turn takes over what it finds. A turn that was cut off stays one.
  if (session.state !== "running") await core.sessions.patch(ref, { state: "attached" });
  await core.sessions.patch(ref, { worktreeAt: undefined });
  await order.onOpen({ path: place.cwd, branch: session.branch });
  await visit(core, place, order, opencodeSessionId);
  return core.sessions.patch(ref, {});
}

/**
 * Work on an older state than the one that was taken over would pass for a rewritten history, and undo what the forge's
 * commits brought.
 */
async function standOnTip(
  core: Core,
  session: WorkingSession,
  place: Place,
  signal: AbortSignal,
): Promise<void> {
  if (session.worktreeAt === session.tip) return;
  const ref = parseRef(session.ref);
  const mirror = await existingMirror(core, { ref, repositoryId: session.repositoryId });
  if (mirror === undefined) {
    throw new KugetsuError("not_found", `The mirror of the repository of ${session.ref} is gone.`, {
      hint: `\`kugetsu continue ${session.ref} MESSAGE\` makes it anew.`,
    });
  }
  await bringToTip(core, mirror, place, session, signal);
}

function nothingThere(ref: string): KugetsuError {
  if (ref === BASE || ref === PM_AGENT) {
    const what = ref === BASE ? "base session" : "PM agent";
    return new KugetsuError("not_found", `There is no ${what} yet.`, {
      hint: "`kugetsu init` makes it.",
    });
  }
  return new KugetsuError("not_found", `There is no conversation for ${ref} yet.`, {
    hint: `\`kugetsu start ${ref} MESSAGE\` begins one; \`kugetsu list\` shows those that there are.`,
  });
}
