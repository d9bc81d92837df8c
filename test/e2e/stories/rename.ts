import { expect } from "vitest";
import type { StoryWorld } from "../../support/story-world.ts";
import { append } from "./append.ts";

/** After a rename, which no delivery tells, the same conversation goes on. */
export async function rename({ forge, model, ...world }: StoryWorld): Promise<void> {
  const { owner, bot } = forge.people;
  const before = await forge.addRepository(owner, "attic", {
    files: { "README.md": "# attic\n" },
    collaborators: { [bot]: "write" },
  });
  await world.watch(before);
  const issue = await forge.createIssue(before, { by: owner, title: "It is broken" });
  const branch = `fix/issue-${issue}`;
  model.play(append("one"));
  const fix = await forge.comment(before, issue, { by: owner, body: "/kugetsu fix the attic" });
  expect((await world.report(issue, fix, before)).body).toContain("**Done");

  const after = await forge.rename(before, "loft");
  model.play(append("two"));
  const more = await forge.comment(after, issue, { by: owner, body: "/kugetsu continue upstairs" });
  expect((await world.report(issue, more, after)).body).toContain("**Done");
  expect(await forge.file(after, branch, "one.txt")).toBe("one\n");
  expect(await forge.file(after, branch, "two.txt")).toBe("two\n");
  expect((await forge.pulls(after)).map(({ head }) => head)).toEqual([branch]);
  const asked = model.requests.findLast(({ ask }) => ask.lastUser.endsWith("upstairs"));
  expect(asked?.ask.text).toContain("the attic");
}
