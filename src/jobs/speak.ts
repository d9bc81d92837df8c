import { KugetsuError } from "../kugetsu/errors.ts";
import type { Forge, IssueAddress, Reaction, ReactionTarget } from "../forge/forge.ts";
import { MOST_CHARACTERS, within } from "../reply/within.ts";
import type { Message, MessageTarget } from "./message.ts";

/**
 * Says one message of the outbox to its forge, and returns the id of the comment where there is one.
 * @throws KugetsuError as the forge does; `unavailable` is worth another try
 */
export async function speak(
  forge: Forge,
  message: Message,
  mask: (text: string) => string,
): Promise<number | undefined> {
  const { owner, name, number } = message.target;
  const at = { owner, name, number };
  switch (message.kind) {
    case "reaction":
      await forge.react(at, reactionTarget(message.target), message.body as Reaction);
      return undefined;
    case "review":
      return review(forge, message, mask);
    case "status":
    case "comment":
      return comment(forge, at, message, mask);
    default:
      return message.kind satisfies never;
  }
}

function reactionTarget({ place = "comment", commentId }: MessageTarget): ReactionTarget {
  return place === "issue" || commentId === undefined
    ? { place: "issue" }
    : { place, id: commentId };
}

async function comment(
  forge: Forge,
  at: IssueAddress,
  message: Message,
  mask: (text: string) => string,
): Promise<number> {
  const marker = `<!-- kugetsu:${message.key.replaceAll(/[^A-Za-z0-9:._-]/g, "_")} -->`;
  const words = within(mask(message.body), MOST_CHARACTERS - marker.length - 2);
  const body = `${words}\n\n${marker}`;
  const known =
    message.remoteId ?? (message.maybePosted ? await findPosted(forge, at, marker) : undefined);
  if (known === undefined) {
    await assertSame(forge, message);
    return forge.createComment(at, body);
  }
  await forge.editComment(at.owner, at.name, known, body);
  return known;
}

/** The name may be another repository's by now, and its people are told nothing of this one. */
async function assertSame(forge: Forge, { repositoryId, target }: Message): Promise<void> {
  const { owner, name } = target;
  if (repositoryId === undefined || (await forge.repository(owner, name)).id === repositoryId)
    return;
  throw new KugetsuError("not_found", `${owner}/${name} is another repository now.`);
}

/** An earlier life may have posted it without learning the answer. Only the bot's own comments count. */
async function findPosted(
  forge: Forge,
  at: IssueAddress,
  marker: string,
): Promise<number | undefined> {
  const [bot, comments] = await Promise.all([forge.self(), forge.comments(at)]);
  return comments.findLast(({ author, body }) => author.id === bot.id && body.endsWith(marker))?.id;
}

/** Asks for the review, which tells that person; where the forge refuses, a comment that mentions them does. */
async function review(
  forge: Forge,
  message: Message,
  mask: (text: string) => string,
): Promise<number | undefined> {
  const { owner, name, number, pull, login } = message.target;
  const at = { owner, name, number };
  if (message.remoteId === undefined && pull !== undefined && login !== undefined) {
    await assertSame(forge, message);
    try {
      await forge.requestReview(owner, name, pull, login);
      return undefined;
    } catch (error) {
      if (!(error instanceof KugetsuError) || error.code === "unavailable") throw error;
    }
  }
  return comment(forge, at, message, mask);
}
