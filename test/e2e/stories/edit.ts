import { expect } from "vitest";
import type { StoryWorld } from "../../support/story-world.ts";
import { append } from "./append.ts";

/** An edit that first makes a command counts once, and only where author and editor both may. */
export async function edit({ forge, model, repository, ...world }: StoryWorld): Promise<void> {
  const { owner, writer, reader, bot } = forge.people;
  const issue = await world.issue();
  model.play(append("edited"));
  const theirs = await forge.comment(repository, issue, { by: reader, body: "Look at this." });
  await forge.editComment(repository, theirs, { by: owner, body: "/kugetsu fix" });
  const refused = await forge.until(
    async () => {
      const given = await forge.reactions(repository, issue, theirs, bot);
      return given.length > 0 ? given : undefined;
    },
    { what: "a reaction to what the owner made of the reader's words" },
  );
  expect(refused).toEqual(["-1"]);

  const said = await forge.comment(repository, issue, { by: writer, body: "Look at that." });
  await forge.editComment(repository, said, { by: owner, body: "Look at that.\n\n/kugetsu fix" });
  expect((await world.report(issue, said)).body).toContain("**Done");
  await forge.editComment(repository, said, { by: writer, body: "/kugetsu fix and more" });
  const last = await forge.comment(repository, issue, { by: writer, body: "/kugetsu status" });
  await world.answer(issue, last, /\*\*Status/);
  const all = await forge.thread(repository, issue);
  expect(all.filter(({ by, body }) => by === bot && body.startsWith("**Done"))).toHaveLength(1);
}
