import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, REPOSITORY, type World } from "../support/world.ts";

const append = (name: string) =>
  script([
    bash(`echo ${name} > ${name}.txt && git add . && git commit --quiet --message 'Add ${name}'`),
    say(`Added ${name}.`),
  ]);

/** Comments on a pull request; resolves with what the bot answers there in the end. */
async function ask(world: World, pull: number, body: string): Promise<string> {
  const { forge } = world;
  const id = forge.comment(REPOSITORY, pull, { by: "olivia", body });
  const answer = () =>
    forge.issue(REPOSITORY, pull).comments.find((said) => said.by === "kugetsu-bot" && said.id > id)
      ?.body ?? "";
  const isOver = () => /^\*\*(?:Done|Failed|Refused|Stopped|Timed)/.test(answer());
  try {
    await forge.until(isOver, { timeoutMs: 120_000 });
  } catch (error) {
    throw new Error(`No answer, but: ${answer()}\nThe bot's log:\n${world.bot().log()}`, {
      cause: error,
    });
  }
  return answer();
}

test("a pull request's own branch is worked on, the bot's own goes on in its issue's session, a fork is told what to do", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(append("one"));
  await world.report(world.say("/kugetsu fix gently"));
  const [own] = forge.pulls(REPOSITORY);
  const number = own?.number ?? 0;

  forge.comment(REPOSITORY, number, { by: "rita", body: "Two are missing." });
  model.play(append("two"));
  const continued = await ask(world, number, "/kugetsu continue as rita says");
  expect(continued).toMatch(/^\*\*Done/);
  expect(continued).toContain(own?.url);
  expect(await forge.file(REPOSITORY, "fix/issue-1", "one.txt")).toBe("one\n");
  expect(await forge.file(REPOSITORY, "fix/issue-1", "two.txt")).toBe("two\n");
  expect(forge.pulls(REPOSITORY)).toHaveLength(1);
  const onOwn = model.requests.find(({ ask: { lastUser } }) => lastUser.endsWith("as rita says"));
  expect(onOwn?.ask.text).toContain("gently");
  expect(onOwn?.ask.lastUser).toContain("Two are missing.");
  expect(onOwn?.ask.lastUser).toContain(`given on pull request #${number}`);

  const files = { "login.txt": "walter's\n" };
  await forge.commit(REPOSITORY, "walter/login", { by: "walter", message: "Log in", files });
  const draft = { by: "walter", title: "Log in", body: "So far.", head: "walter/login" };
  const theirs = await forge.openPull(REPOSITORY, draft);
  forge.comment(REPOSITORY, theirs, { by: "rita", body: "A test is missing." });
  const before = forge.branches(REPOSITORY).get("walter/login");
  model.play(append("three"));
  const fixed = await ask(world, theirs, "/kugetsu fix");
  expect(fixed).toMatch(/^\*\*Done/);
  expect(fixed).toContain(`/pulls/${theirs}`);
  expect(fixed).toContain("`walter/login`");
  expect(await forge.file(REPOSITORY, "walter/login", "three.txt")).toBe("three\n");
  expect(await forge.file(REPOSITORY, "walter/login", "login.txt")).toBe("walter's\n");
  expect(forge.branches(REPOSITORY).get("walter/login")).not.toBe(before);
  expect(await forge.file(REPOSITORY, "walter/login", "one.txt")).toBeUndefined();
  expect(forge.pulls(REPOSITORY).map(({ head }) => head)).toEqual(["fix/issue-1", "walter/login"]);
  const onTheirs = model.requests.at(-1)?.ask.lastUser;
  for (const words of ["A test is missing.", "So far.", "work on the pull request"])
    expect(onTheirs).toContain(words);

  await forge.fork(REPOSITORY, { owner: "nora" });
  await forge.commit("nora/shop", "hers", { by: "nora", message: "Hers", files });
  const fork = await forge.openPull(REPOSITORY, { by: "nora", title: "Hers", head: "nora:hers" });
  const refused = await ask(world, fork, "/kugetsu fix");
  expect(refused).toContain("Push the branch to this repository");
});
