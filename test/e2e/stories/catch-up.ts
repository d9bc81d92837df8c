import { expect } from "vitest";
import type { StoryWorld } from "../../support/story-world.ts";

/** What was said while the bot was down is worked off after its start, each once. */
export async function catchUp({ forge, repository, ...world }: StoryWorld): Promise<void> {
  const { owner, writer, reader, bot } = forge.people;
  const issue = await world.issue();
  const early = await forge.comment(repository, issue, { by: writer, body: "Just talking." });
  const first = await forge.comment(repository, issue, { by: writer, body: "/kugetsu status" });
  await world.answer(issue, first, /\*\*Status/);

  await world.kill();
  const orders: number[] = [];
  for (const by of [owner, writer, owner, writer])
    orders.push(await forge.comment(repository, issue, { by, body: "/kugetsu status" }));
  const refused = await forge.comment(repository, issue, { by: reader, body: "/kugetsu status" });
  await forge.editComment(repository, early, { by: writer, body: "/kugetsu status" });
  await world.restart();

  const given = async (id: number) => forge.reactions(repository, issue, id, bot);
  await forge.until(
    async () => {
      const all = await Promise.all([early, ...orders, refused].map(given));
      return all.every(({ length }) => length > 0) ? all : undefined;
    },
    { what: "a reaction to all that was said meanwhile" },
  );
  for (const id of [early, ...orders]) expect(await given(id)).toEqual(["eyes"]);
  expect(await given(refused)).toEqual(["-1"]);
  // A later one shows that nothing comes after it.
  const last = await forge.comment(repository, issue, { by: writer, body: "/kugetsu help" });
  await world.answer(issue, last, /continue/);
  const all = await forge.thread(repository, issue);
  const answers = all.filter(({ by, body }) => by === bot && body.includes("**Status"));
  expect(answers).toHaveLength(6);
}
