import { expect } from "vitest";
import { bash, say, script } from "../../../src/demo/model/script.ts";
import type { StoryWorld } from "../../support/story-world.ts";
import { append } from "./append.ts";

/** On a locked issue whoever may write is served as ever. A repository that is archived while an agent works gets no word, and nobody else waits for that. */
export async function closedDoors({
  forge,
  model,
  repository,
  ...world
}: StoryWorld): Promise<void> {
  const { owner, writer, bot } = forge.people;
  const issue = await world.issue();
  await forge.lock(repository, issue);
  model.play(append("locked"));
  const fix = await forge.comment(repository, issue, { by: writer, body: "/kugetsu fix" });
  expect((await world.report(issue, fix)).body).toContain("**Done");

  const archived = await forge.addRepository(owner, "cellar", {
    files: { "README.md": "# cellar\n" },
    collaborators: { [bot]: "write" },
  });
  await world.watch(archived);
  const old = await forge.createIssue(archived, { by: owner, title: "It is broken" });
  model.play(async (ask) => {
    if (ask.step === 1) await forge.archive(archived);
    return script([
      bash("echo late > late.txt && git add . && git commit --quiet --message Late"),
      say("Too late."),
    ])(ask);
  });
  await forge.comment(archived, old, { by: owner, body: "/kugetsu fix" });
  await forge.until(async () => (world.bot().log().includes("given up") ? true : undefined), {
    what: "an end of the words for the archived repository",
  });
  expect(await forge.hasBranch(archived, `fix/issue-${old}`)).toBe(false);
  const status = await forge.comment(repository, issue, { by: writer, body: "/kugetsu status" });
  await world.answer(issue, status, /\*\*Status/);
}
