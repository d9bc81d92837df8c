import type { Unread } from "../forge/attachment.ts";
import type { Pictures } from "../forge/forge.ts";
import type { Picture } from "../kugetsu/runner.ts";
import { picturesIn } from "./find.ts";
import { pictureType } from "./type.ts";
import { sideBySide } from "../side-by-side.ts";

/** A text that an agent is shown, and where it stands, for example `the text`. */
export interface PicturedText {
  readonly where: string;
  readonly text: string;
  /** Addresses of pictures beside it. */
  readonly attached?: readonly string[] | undefined;
}

/** A picture of the forge's own in a text. */
export interface FoundPicture {
  readonly where: string;
  /** Its address as it stands there. */
  readonly written: string;
}

/** Why a picture is left out. `unknown`: it is of no kind that is handed over. `too_many`: together they are too large. */
export type LeftOut = Unread | "unknown" | "too_many_pixels" | "too_many";

export interface Gathered {
  /** In the order of the texts. */
  readonly pictures: readonly (FoundPicture & { readonly picture: Picture })[];
  readonly leftOut: readonly (FoundPicture & { readonly why: LeftOut })[];
  /** How many there are beyond those that are looked at. */
  readonly more: number;
}

const MOST_PICTURES = 10;
/** Bytes of them all: each request of the conversation holds them again, and models take some 30 MB of text. */
const MOST_BYTES = 20 * 1024 * 1024;
/** An agent unpacks a picture to make it smaller, at four bytes a pixel. */
const MOST_PIXELS = 50_000_000;
const SIDE_BY_SIDE = 4;
/** Milliseconds for looking through all texts, and what each gets at least. */
const DEADLINE = 2000;
const LEAST_DEADLINE = 20;

/**
 * Fetches the pictures in these texts, those of the forge's own alone: an address elsewhere stays text, and nothing is
 * asked of it.
 *
 * @param onError told what failed when the forge was asked about one
 */
export async function gatherPictures(
  forge: Pictures,
  texts: readonly PicturedText[],
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<Gathered> {
  const found = find(forge, texts);
  const wanted = [...found].slice(0, MOST_PICTURES);
  const read = async (address: string) => {
    try {
      return judged(await forge.read(address, signal));
    } catch (error) {
      onError(error);
      return "unavailable";
    }
  };
  const answers = await sideBySide(wanted, SIDE_BY_SIDE, ([address]) => read(address));
  let left = MOST_BYTES;
  const pictures = [];
  const leftOut = [];
  for (const [at, [, where]] of wanted.entries()) {
    const answer = answers[at] ?? "unavailable";
    if (typeof answer === "string") leftOut.push({ ...where, why: answer });
    else if (answer.bytes.length > left) leftOut.push({ ...where, why: "too_many" as const });
    else {
      left -= answer.bytes.length;
      const { mimeType, bytes } = answer;
      pictures.push({ ...where, picture: { mimeType, data: bytes.toString("base64") } });
    }
  }
  return { pictures, leftOut, more: found.size - wanted.length };
}

/** Each picture by its address, with the first place that it stands in. */
function find(forge: Pictures, texts: readonly PicturedText[]): ReadonlyMap<string, FoundPicture> {
  const begun = performance.now();
  const found = new Map<string, FoundPicture>();
  for (const { where, text, attached = [] } of texts) {
    const left = begun + DEADLINE - performance.now();
    const inside = picturesIn(text, Math.max(LEAST_DEADLINE, Math.min(200, left)));
    for (const written of [...inside, ...attached]) {
      const address = forge.own(written);
      if (address !== undefined && !found.has(address)) found.set(address, { where, written });
    }
  }
  return found;
}

type Judged = LeftOut | { readonly mimeType: Picture["mimeType"]; readonly bytes: Buffer };

/** What a forge says of a file's type is what somebody told it. */
function judged(answer: Awaited<ReturnType<Pictures["read"]>>): Judged {
  if (answer.kind !== "read") return answer.kind;
  const type = pictureType(answer.bytes);
  if (type === undefined) return "unknown";
  if (type.width * type.height > MOST_PIXELS) return "too_many_pixels";
  return { mimeType: type.mimeType, bytes: answer.bytes };
}
