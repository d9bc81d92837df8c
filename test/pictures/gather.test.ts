import { describe, expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import { createGitea } from "../../src/forge/gitea.ts";
import { gatherPictures, type PicturedText } from "../../src/pictures/gather.ts";
import { picturesReport, toldWith, toldWithout } from "../../src/pictures/words.ts";
import { GIF, png } from "./samples.ts";

const signal = new AbortController().signal;
const SHOP = "olivia/shop";

async function openShop(options: { private: boolean } = { private: false }) {
  const forge = await startSandboxForge();
  forge.addUser("olivia");
  const { token } = forge.addUser("kugetsu-bot");
  await forge.addRepository(SHOP, { ...options, collaborators: { "kugetsu-bot": "write" } });
  const number = forge.createIssue(SHOP, { by: "olivia", title: "It is broken" });
  const gitea = createGitea({ url: forge.url, token });
  const errors: unknown[] = [];
  return {
    forge,
    errors,
    attach: (bytes: Buffer, name = "shot.png") => forge.attach(SHOP, number, { name, bytes }),
    gather: (...texts: (string | PicturedText)[]) =>
      gatherPictures(
        gitea.pictures({ owner: "olivia", name: "shop", number }),
        texts.map((text, at) => (typeof text === "string" ? { where: `text ${at}`, text } : text)),
        signal,
        (error) => errors.push(error),
      ),
    asked: () => forge.requests.map(({ path, login, status }) => [path, login, status]),
    [Symbol.asyncDispose]: () => forge[Symbol.asyncDispose](),
  };
}

/** The path in `![name](/attachments/…)`. */
function pathOf(markdown: string): string {
  return /\((.*)\)/.exec(markdown)?.[1] ?? "";
}

test("pictures come in the order of the texts, each once and with its own type", async () => {
  await using shop = await openShop();
  const [a, b] = [shop.attach(png(1, 1)), shop.attach(GIF, "shot.svg")];
  const other = await startSandboxForge();
  await using _other = other;
  const foreign = `![](${other.url}${pathOf(a)})`;
  const { pictures, leftOut, more } = await shop.gather(`like ${b}`, `${a} ${b} ${foreign}`);
  expect(pictures).toEqual([
    {
      where: "text 0",
      written: pathOf(b),
      picture: { mimeType: "image/gif", data: GIF.toString("base64") },
    },
    {
      where: "text 1",
      written: pathOf(a),
      picture: { mimeType: "image/png", data: png(1, 1).toString("base64") },
    },
  ]);
  expect({ leftOut, more }).toEqual({ leftOut: [], more: 0 });
  expect(shop.asked()).toHaveLength(2);
  expect(other.requests).toEqual([]);
});

test("a picture beside a text comes behind those in it, and once", async () => {
  await using shop = await openShop();
  const [a, b] = [shop.attach(GIF), shop.attach(GIF)];
  const attached = [a, b].map(pathOf);
  const { pictures } = await shop.gather({ where: "it", text: b, attached });
  expect(pictures.map(({ written }) => written)).toEqual([pathOf(b), pathOf(a)]);
});

test("no more than ten pictures are fetched", async () => {
  await using shop = await openShop();
  const all = Array.from({ length: 12 }, () => shop.attach(GIF)).join("\n");
  const { pictures, more } = await shop.gather(all);
  expect([pictures.length, more, shop.asked().length]).toEqual([10, 2, 10]);
});

test("what cannot be handed over is left out, and the rest is not", async () => {
  await using shop = await openShop();
  const bomb = png(1, 1);
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  const heavy = Buffer.concat([GIF, Buffer.alloc(4_500_000)]);
  const files = [Buffer.alloc(6_000_000), Buffer.from("<svg/>"), bomb];
  const refused = [...files, ...Array.from({ length: 5 }, () => heavy)].map((one) =>
    shop.attach(one),
  );
  const fine = shop.attach(GIF);
  const gone = "![](/attachments/00000000-0000-4000-8000-000000000000)";
  const { pictures, leftOut } = await shop.gather([...refused, fine, gone].join("\n"));
  expect(leftOut.map(({ why }) => why)).toEqual([
    "too_large",
    "unknown",
    "too_many_pixels",
    "too_many",
    "hidden",
  ]);
  expect(pictures.at(-1)?.written).toBe(pathOf(fine));
  expect(shop.errors).toEqual([]);
});

test("a forge that fails costs a picture, and nothing else", async () => {
  await using shop = await openShop({ private: true });
  const [first, second] = [shop.attach(GIF), shop.attach(GIF)];
  shop.forge.fail({ path: new RegExp(pathOf(first)), answer: 502 });
  shop.forge.fail({ path: /repos\/olivia\/shop$/, answer: 500 });
  const { pictures, leftOut } = await shop.gather(first, second);
  expect(pictures).toEqual([]);
  expect(leftOut.map(({ why }) => why)).toEqual(["unavailable", "unavailable"]);
  expect(shop.errors).toMatchObject([{ code: "unavailable" }]);
});

const at = (written: string) => ({ where: "the order", written });

describe("what is said of pictures", () => {
  const picture = { mimeType: "image/gif", data: "" } as const;
  const gathered = {
    pictures: [{ ...at("a"), picture }],
    leftOut: [
      { ...at("b"), why: "hidden" },
      { ...at("c"), why: "too_large" },
      { ...at("d"), why: "unknown" },
    ],
    more: 1,
  } as const;

  test("is what was left out, and why", () => {
    expect(picturesReport(gathered, undefined)).toEqual([
      "2 pictures could not be fetched: not there, or not for the bot to see; larger than 5 MB.",
      "1 picture could not be used: not a PNG, JPEG, GIF or WebP.",
      "1 further picture in the thread was left out: the agent is shown ten.",
    ]);
  });

  test.each(["agent", "model", "unreadable"] as const)(
    "is one sentence more where none was taken (%s)",
    (refused) => {
      const seen = { pictures: gathered.pictures, leftOut: [], more: 0 };
      expect(picturesReport(seen, refused)).toEqual([expect.stringContaining("1 picture")]);
      expect(picturesReport({ pictures: [], leftOut: [], more: 0 }, refused)).toEqual([]);
    },
  );

  test("is told to the agent by number and place, or as what it does not see", () => {
    expect(toldWith(gathered)).toEqual([
      "Picture 1 of 1 that come with this message: a in the order.",
      "You are not shown b in the order, and c in the order, and d in the order. Do not guess what is to be seen there.",
    ]);
    expect(toldWithout(gathered).join()).toContain("not shown a in the order, and b");
    expect(toldWith({ pictures: [], leftOut: [], more: 0 })).toEqual([]);
  });
});
