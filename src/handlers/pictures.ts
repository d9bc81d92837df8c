import type { Pictures } from "../forge/forge.ts";
import type { TurnPrompt } from "../kugetsu/turn.ts";
import type { TurnResult } from "../kugetsu/runner.ts";
import { type Gathered, gatherPictures, type PicturedText } from "../pictures/gather.ts";
import { picturesReport, toldWith, toldWithout } from "../pictures/words.ts";
import type { Thread } from "../thread.ts";
import type { Work } from "./handler.ts";

/** The words of an order, in which its pictures stand. */
export interface PicturedOrder {
  readonly message: string;
  readonly context: string;
  /** Addresses of pictures beside them. */
  readonly attached?: readonly string[] | undefined;
  /** As much of it as the agent is shown. */
  readonly thread?: Thread | undefined;
}

/** The pictures of one turn. They are held in memory alone: a turn that is resumed fetches them again. */
export interface TurnPictures {
  /** The prompt with the pictures that stand in it. `build` is given what the agent is to know of them. */
  prompt(order: PicturedOrder, build: (notes: readonly string[]) => string): Promise<TurnPrompt>;
  /** What the report says of them. */
  notes(result: TurnResult): readonly string[];
}

const NONE: Gathered = { pictures: [], leftOut: [], more: 0 };

/** @param forge undefined where no forge is asked: then there are none */
export function turnPictures(work: Work, forge: Pictures | undefined): TurnPictures {
  let gathered = NONE;
  return {
    async prompt(order, build) {
      gathered = forge === undefined ? NONE : await gather(work, forge, order);
      const text = build(toldWith(gathered));
      const list = gathered.pictures.map(({ picture }) => picture);
      if (list.length === 0) return { text };
      return { text, pictures: { list, without: build(toldWithout(gathered)) } };
    },
    notes: ({ picturesRefused }) => picturesReport(gathered, picturesRefused),
  };
}

function gather(work: Work, forge: Pictures, order: PicturedOrder): Promise<Gathered> {
  return gatherPictures(forge, textsOf(order), work.signal, (err) => {
    work.log.warn({ err, job: work.job.id }, "The forge could not be asked about a picture.");
  });
}

/** The order's own words first, then what it is about, then what was said last. */
function textsOf({ message, context, attached, thread }: PicturedOrder): readonly PicturedText[] {
  const texts = [
    { where: "the order", text: message, attached },
    { where: "the words before the order", text: context },
  ];
  if (thread === undefined) return texts;
  const what = thread.isPullRequest === true ? "pull request" : "issue";
  const comments = thread.comments.toReversed().map((comment) => ({
    where: `the comment by ${comment.author.login}, ${comment.createdAt}`,
    text: comment.body,
    attached: comment.attached,
  }));
  const first = { where: `the ${what}'s text`, text: thread.body, attached: thread.attached };
  return [...texts, first, ...comments];
}
