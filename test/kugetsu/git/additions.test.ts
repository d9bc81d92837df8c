import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commitAll, openSession, sh, shInput, write } from "./fixture.ts";
import type { Session } from "./fixture.ts";

const SECRET = "a-secret-word";

/** A commit with the files of HEAD, written by that person. */
function commitBy(session: Session, author: string, committer: string): void {
  const head = sh(session.path, "rev-parse", "HEAD");
  const tree = sh(session.path, "rev-parse", "HEAD^{tree}");
  const raw = `tree ${tree}\nparent ${head}\nauthor ${author} 1772366400 +0000\ncommitter ${committer} 1772366400 +0000\n\nMend it\n`;
  const sha = shInput(session.path, raw, "hash-object", "-t", "commit", "-w", "--stdin");
  sh(session.path, "reset", "-q", "--hard", sha);
}

const PLACES: [string, (session: Session) => void][] = [
  [
    "a file's content",
    ({ path }) => {
      write(path, { "calc.js": `const key = "${SECRET}";\n` });
      commitAll(path, "Mend it");
    },
  ],
  [
    "a file that a later commit removes",
    ({ path }) => {
      write(path, { "key.txt": `${SECRET}\n` });
      commitAll(path, "Mend it");
      sh(path, "rm", "-q", "key.txt");
      commitAll(path, "Tidy up");
    },
  ],
  [
    "a file that git takes for binary, and attributes hide",
    ({ path }) => {
      write(path, { "key.bin": `\0\0${SECRET}\0`, ".gitattributes": "* -diff binary\n" });
      commitAll(path, "Mend it");
    },
  ],
  [
    "the name of an empty file",
    ({ path }) => {
      write(path, { [`keys/${SECRET} ü`]: "" });
      commitAll(path, "Mend it");
    },
  ],
  [
    "a file's new name",
    ({ path }) => {
      sh(path, "mv", "calc.js", `${SECRET}.js`);
      commitAll(path, "Mend it");
    },
  ],
  ["a message", ({ path }) => void commitAll(path, `Mend it\n\nWith ${SECRET}.`)],
  ["an author's name", (session) => commitBy(session, `${SECRET} <a@b>`, "A <a@b>")],
  ["an author's address", (session) => commitBy(session, `A <${SECRET}@b>`, "A <a@b>")],
  ["a committer's name", (session) => commitBy(session, "A <a@b>", `${SECRET} <a@b>`)],
  [
    "what a merge has of neither side",
    ({ path }) => {
      sh(path, "checkout", "-q", "-b", "side");
      write(path, { "side.txt": "side\n" });
      commitAll(path, "Side");
      sh(path, "checkout", "-q", "-");
      write(path, { "main.txt": "main\n" });
      commitAll(path, "Main");
      sh(path, "merge", "-q", "--no-commit", "side");
      write(path, { "merged.txt": `${SECRET}\n` });
      commitAll(path, "Merge");
    },
  ],
];

/** A session in whose repository each of those places got the secret, one after the other. */
let full: Session;
const ranges = new Map<string, { readonly tip: string; readonly known: readonly string[] }>();
beforeAll(async () => {
  full = await openSession();
  for (const [place, work] of PLACES) {
    const before = sh(full.path, "rev-parse", "HEAD");
    work(full);
    ranges.set(place, { tip: sh(full.path, "rev-parse", "HEAD"), known: [before] });
  }
  await full.takeOver();
});
afterAll(() => full[Symbol.dispose]());

test.concurrent.each(PLACES)("the secret is found in %s", async (place) => {
  const range = ranges.get(place);
  if (range === undefined) throw new Error("There is no such range.");
  expect(await full.git.additions(full.mirror, range)).toContain(SECRET);
});

const CONFIG = `const key = "${SECRET}";\n`;

/** A repository that has the secret since long, and what a push of the agent's work would show. */
async function withSecret(work: (session: Session) => void): Promise<string> {
  using session = await openSession({ files: { "calc.js": "0\n", "config.js": `${CONFIG}0\n` } });
  work(session);
  const { tip } = await session.takeOver();
  return await session.git.additions(session.mirror, { tip, known: [session.since] });
}

describe.concurrent("a secret of the base is not found", () => {
  test("in files that nobody changed", async () => {
    const text = await withSecret(({ path }) => {
      write(path, { "calc.js": "1\n" });
      commitAll(path, "Mend it");
    });
    expect(text).toContain("Mend it");
    expect(text).toContain("+1\n");
    expect(text).not.toContain(SECRET);
  });

  test("where all is known", async () => {
    const { tip } = [...ranges.values()].at(-1) ?? { tip: "" };
    const text = await full.git.additions(full.mirror, { tip, known: [full.since, tip] });
    expect(text.trim()).toBe("");
  });

  test("in the lines around a change", async () => {
    const text = await withSecret(({ path }) => {
      write(path, { "config.js": `${CONFIG}1\n` });
      commitAll(path, "Mend it");
    });
    expect(text).not.toContain(SECRET);
  });

  // Behind `@@ -4 +4 @@` git quotes the last line above that looks like a function's.
  test("in the line that git names a change after", async () => {
    const text = await withSecret(({ path }) => {
      write(path, { "config.js": `${CONFIG}  a\n\n  b\n` });
      commitAll(path, "Begin");
      write(path, { "config.js": `${CONFIG}  a\n\n  c\n` });
      commitAll(path, "Mend it");
    });
    expect(text).not.toContain(SECRET);
  });

  test("in a line that is taken out", async () => {
    const text = await withSecret(({ path }) => {
      write(path, { "config.js": "const key = process.env.KEY;\n0\n" });
      commitAll(path, "Take the key out");
    });
    expect(text).not.toContain(SECRET);
  });

  test("where the base was merged in", async () => {
    using session = await openSession();
    write(session.path, { "ours.txt": "ours\n" });
    commitAll(session.path, "Ours");
    write(session.person, { "config.js": CONFIG });
    const base = commitAll(session.person, "Theirs");
    sh(session.person, "push", "-q", "origin", "main");
    await session.git.mirror({ key: "calc", url: session.upstream });
    sh(session.path, "fetch", "-q", session.upstream, "main");
    sh(session.path, "merge", "-q", "-m", "Merge the base", base);
    const { tip } = await session.takeOver();
    const known = [session.since, base];
    expect(await session.git.additions(session.mirror, { tip, known })).not.toContain(SECRET);
  });
});
