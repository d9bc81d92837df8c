import { expect } from "vitest";
import type { StoryWorld } from "../../support/story-world.ts";
import { append } from "./append.ts";

/** Orders on a person's pull request, by a comment on a line, a review's words and a comment, work on its own branch. */
export async function pullRequest({
  forge,
  model,
  repository,
  ...world
}: StoryWorld): Promise<void> {
  const { owner, writer, reader } = forge.people;
  const head = `${writer}/login`;
  await forge.commit(repository, head, { by: writer, files: { "login.txt": "hand\nmade\n" } });
  const pull = await forge.openPull(repository, { by: writer, title: "Log in", head });

  model.play(append("line"));
  const review = await forge.review(repository, pull, {
    by: owner,
    state: "commented",
    comments: [{ path: "login.txt", line: 2, body: "/kugetsu fix this line" }],
  });
  const first = await world.report(pull, 0);
  expect(first.body).toContain("**Done");
  expect(first.body).toContain(`\`${head}\``);
  expect(await forge.file(repository, head, "line.txt")).toBe("line\n");
  expect(await forge.file(repository, head, "login.txt")).toBe("hand\nmade\n");
  const asked = model.requests.findLast(({ ask }) => ask.lastUser.endsWith("this line"))?.ask;
  expect(asked?.lastUser).toContain("login.txt");

  model.play(append("reply"));
  const [comment = 0] = review.comments;
  const place = { review: review.id, comment, path: "login.txt", line: 2 };
  const body = "/kugetsu continue in reply";
  await forge.reply(repository, pull, { ...place, by: writer, body });
  const replied = await world.report(pull, first.id);
  expect(replied.body).toContain("**Done");
  expect(await forge.file(repository, head, "reply.txt")).toBe("reply\n");

  model.play(append("review"));
  await forge.review(repository, pull, {
    by: owner,
    state: "changes_requested",
    body: "/kugetsu continue with the review",
  });
  const second = await world.report(pull, replied.id);
  expect(second.body).toContain("**Done");
  expect(await forge.file(repository, head, "review.txt")).toBe("review\n");

  model.play(append("comment"));
  await forge.comment(repository, pull, { by: reader, body: "A test is missing." });
  const order = await forge.comment(repository, pull, {
    by: owner,
    body: "/kugetsu continue as they say",
  });
  expect((await world.report(pull, order)).body).toContain("**Done");
  expect(await forge.file(repository, head, "comment.txt")).toBe("comment\n");
  const last = model.requests.findLast(({ ask }) => ask.lastUser.endsWith("as they say"))?.ask;
  expect(last?.lastUser).toContain("A test is missing.");
  const all = await forge.pulls(repository);
  expect(all.filter((one) => one.head === head)).toHaveLength(1);
}
