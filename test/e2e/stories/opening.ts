import { expect } from "vitest";
import type { StoryWorld } from "../../support/story-world.ts";
import { append } from "./append.ts";

/** A new issue with command, label and assignee is one intention. */
export async function opening({ forge, model, repository, ...world }: StoryWorld): Promise<void> {
  const { writer, bot } = forge.people;
  model.play(append("opened"));
  const issue = await forge.createIssue(repository, {
    by: writer,
    title: "It is broken",
    body: "Badly.\n\n/kugetsu fix at once",
    labels: ["kugetsu", "bug"],
    assignees: [bot],
  });
  expect((await world.report(issue, 0)).body).toContain("**Done");
  const last = await forge.comment(repository, issue, { by: writer, body: "/kugetsu status" });
  await world.answer(issue, last, /nothing runs and nothing waits/);
  const all = await forge.thread(repository, issue);
  expect(all.filter(({ by, body }) => by === bot && body.startsWith("**Done"))).toHaveLength(1);
  const asked = model.requests.filter(({ ask }) => ask.lastUser.endsWith("at once"));
  expect(asked).not.toHaveLength(0);
}
