import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { filesWithMarkers } from "../../../src/kugetsu/session/markers.ts";
import { BRANCH, sh, write } from "../git/fixture.ts";
import { commitWork, type Desk, openDesk } from "./core.ts";

const UNRESOLVED = { kind: "unresolved", paths: ["calc.js"] };

/** A desk in whose worktree a merge with a person's commit waits for the agent, with a conflict in calc.js. */
async function merging(): Promise<Desk & { readonly theirs: string }> {
  const desk = await openDesk();
  await desk.firstTurn();
  await desk.work({ "calc.js": "ours\n" });
  const theirs = desk.push(BRANCH, { "calc.js": "theirs\n" });
  expect(await desk.prepare()).toMatchObject({ conflicts: ["calc.js"] });
  return { ...desk, theirs };
}

describe.concurrent("conflict markers are not pushed", () => {
  test("where the agent left them, nor after a later turn gave the merge up", async () => {
    await using desk = await merging();
    await desk.work({}, "left");
    expect(await desk.publish()).toMatchObject(UNRESOLVED);
    await desk.prepare();
    sh(desk.path, "merge", "--abort");
    await desk.work({ "other.txt": "other\n" });
    expect(await desk.session()).toMatchObject({ unresolved: [], mergeOf: undefined });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: `${BRANCH}-2` });
    expect(sh(desk.upstream, "show", `${BRANCH}-2:calc.js`)).not.toContain("<<<<<<<");
    expect(desk.remote(BRANCH)).toBe(desk.theirs);
  });

  test("where the agent committed them itself, until a later turn takes them out", async () => {
    await using desk = await merging();
    const tip = await desk.work({});
    expect(await (await desk.fetch()).contains(desk.theirs, tip)).toBe(true);
    expect(await desk.publish()).toMatchObject(UNRESOLVED);
    await desk.prepare();
    await desk.work({ "other.txt": "other\n" });
    expect(await desk.publish()).toMatchObject(UNRESOLVED);
    await desk.prepare();
    const sha = await desk.work({ "calc.js": "both\n" });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: BRANCH, sha });
  });

  test("where the agent committed them, and its worktree had to be made anew", async () => {
    await using desk = await merging();
    await desk.work({});
    rmSync(desk.path, { recursive: true });
    await desk.prepare();
    await desk.work({ "other.txt": "other\n" });
    expect(await desk.publish()).toMatchObject(UNRESOLVED);
  });
});

describe.concurrent("a merge is done", () => {
  test("with a file that talks about markers", async () => {
    await using desk = await merging();
    const words = "Git writes `<<<<<<< ours`, `=======` and `>>>>>>> theirs`.\n<<<<<<<\n=======\n";
    const sha = await desk.work({ "calc.js": words });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", sha });
  });

  test("although another file, which had no conflict, has markers", async () => {
    await using desk = await merging();
    const sha = await desk.work({ "calc.js": "both\n", "docs.md": MARKED });
    expect(await desk.publish()).toMatchObject({ kind: "pushed", sha });
  });

  test("with a file that quotes the beginning of one, and that the bot commits", async () => {
    await using desk = await merging();
    const sha = await desk.work({ "calc.js": "both\n<<<<<<< looks like this\n" }, "left");
    expect(await desk.publish()).toMatchObject({ kind: "pushed", branch: BRANCH, sha });
  });
});

const MARKED = "a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\nd\n";

test("files with markers are told from those that have only some of them, or in another order", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const files: Record<string, string> = {
    marked: MARKED,
    windows: MARKED.replaceAll("\n", "\r\n"),
    "three ways": MARKED.replace("=======", "||||||| base\nx\n======="),
    "begin and end": MARKED.replace("=======\n", ""),
    "a heading": "Title\n=======\n",
    reversed: ">>>>>>> theirs\n=======\n<<<<<<< ours\n",
    indented: MARKED.replaceAll(/^(?=[<=>]{7})/gm, "  "),
    longer: MARKED.replaceAll(/[<=>]{7}/g, "$&$&"),
    empty: "",
  };
  write(desk.path, files);
  commitWork(desk.path);
  const tip = await desk.work({}, "left");
  const names = [...Object.keys(files), "marked", "missing"];
  const found = await filesWithMarkers(await desk.fetch(), tip, names);
  expect(found.toSorted()).toEqual(["marked", "three ways", "windows"]);
});

test("a hostile file is read in no time", async () => {
  await using desk = await openDesk();
  await desk.prepare();
  const tip = await desk.work({ hostile: "<<<<<<< x\n".repeat(200_000) });
  const mirror = await desk.fetch();
  const begun = performance.now();
  expect(await filesWithMarkers(mirror, tip, ["hostile"])).toEqual([]);
  expect(performance.now() - begun).toBeLessThan(5_000);
});
