import type { PictureRefusal } from "../kugetsu/runner.ts";
import { oneLine } from "../prompt/conversation.ts";
import { count } from "../reply/amount.ts";
import type { FoundPicture, Gathered, LeftOut } from "./gather.ts";

/** What an agent is told of the pictures that it is shown, one line each. */
export function toldWith({ pictures, leftOut }: Gathered): readonly string[] {
  const lines = pictures.map(
    (one, at) =>
      `Picture ${at + 1} of ${pictures.length} that come with this message: ${place(one)}.`,
  );
  return [...lines, ...unseen(leftOut)];
}

/** What it is told where it is shown none of them. */
export function toldWithout({ pictures, leftOut }: Gathered): readonly string[] {
  return unseen([...pictures, ...leftOut]);
}

function unseen(pictures: readonly FoundPicture[]): readonly string[] {
  if (pictures.length === 0) return [];
  return [
    `You are not shown ${pictures.map(place).join(", and ")}. Do not guess what is to be seen there.`,
  ];
}

function place({ where, written }: FoundPicture): string {
  return `${oneLine(written, 300)} in ${oneLine(where, 200)}`;
}

const FAILED: Partial<Record<LeftOut, string>> = {
  hidden: "not there, or not for the bot to see",
  elsewhere: "kept on another server than the forge",
  unavailable: "the forge did not answer",
  too_large: "larger than 5 MB",
};
const UNUSED: Partial<Record<LeftOut, string>> = {
  unknown: "not a PNG, JPEG, GIF or WebP",
  too_many_pixels: "more than 50 million pixels",
  too_many: "more than 20 MB together",
};

/** What the report says of pictures; nothing where all were seen. */
export function picturesReport(
  { pictures, leftOut, more }: Gathered,
  refused: PictureRefusal | undefined,
): readonly string[] {
  const why = refused === undefined || pictures.length === 0 ? undefined : REFUSED[refused];
  return [
    ...sentence(leftOut, FAILED, "could not be fetched"),
    ...sentence(leftOut, UNUSED, "could not be used"),
    ...(why === undefined ? [] : [why(count(pictures.length, "picture"))]),
    ...(more === 0
      ? []
      : [
          `${count(more, "further picture")} in the thread ${more === 1 ? "was" : "were"} left out: the agent is shown ten.`,
        ]),
  ];
}

function sentence(
  leftOut: Gathered["leftOut"],
  reasons: Partial<Record<LeftOut, string>>,
  what: string,
): readonly string[] {
  const those = leftOut.filter(({ why }) => reasons[why] !== undefined);
  if (those.length === 0) return [];
  const why = new Set(those.map((one) => reasons[one.why]));
  return [`${count(those.length, "picture")} ${what}: ${[...why].join("; ")}.`];
}

const REFUSED: Record<PictureRefusal, (pictures: string) => string> = {
  agent: (pictures) => `The agent takes no pictures, so it worked without ${pictures}.`,
  model: (pictures) =>
    `The model takes no pictures, so the agent worked without ${pictures}. Where it does take them, \`modalities\` in opencode's configuration has to say so.`,
  unreadable: (pictures) => `The agent could not read ${pictures}, and worked without.`,
};
