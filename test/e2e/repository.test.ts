import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, REPOSITORY, SECRET } from "../support/world.ts";

test("a repository that takes over the name of another gets nothing of its history, conversation or work", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(
    script([
      bash("echo hidden > hidden.txt && git add . && git commit -qm Hidden"),
      say("Hidden apricots."),
    ]),
  );
  await world.report(world.say("/kugetsu fix"));

  forge.rename(REPOSITORY, "hidden");
  await forge.addRepository(REPOSITORY, {
    files: { "README.md": "new\n" },
    collaborators: { "kugetsu-bot": "write" },
  });
  forge.addHook(REPOSITORY, { url: `${world.bot().url}/webhooks/gitea`, secret: SECRET });
  const issue = forge.createIssue(REPOSITORY, { by: "olivia", title: "New" });
  expect(issue).toBe(world.issue);
  const answer = () => forge.issue(REPOSITORY, issue).comments.at(-1)?.body ?? "";
  forge.comment(REPOSITORY, issue, { by: "olivia", body: "/kugetsu continue what was it?" });
  await forge.until(() => answer().includes("There is no session"));

  model.play(
    script([
      bash("ls; git log --format=%s; echo x > x.txt && git add . && git commit -qm X"),
      say("Done."),
    ]),
  );
  forge.comment(REPOSITORY, issue, { by: "olivia", body: "/kugetsu fix" });
  await forge.until(() => forge.pulls(REPOSITORY)[0]?.head === "fix/issue-1", {
    timeoutMs: 60_000,
  });
  expect(await forge.file(REPOSITORY, "fix/issue-1", "x.txt")).toBe("x\n");
  expect(await forge.file(REPOSITORY, "fix/issue-1", "hidden.txt")).toBeUndefined();
  const last = model.requests.at(-1)?.ask;
  expect(last?.results[0]).not.toMatch(/hidden/i);
  expect(last?.text).not.toContain("apricots");
});
