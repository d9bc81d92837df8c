import { expect, test, vi } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { openWorld, REPOSITORY, SECRET } from "../support/world.ts";

test("a session goes on under its repository's new name, and who takes over the old one gets nothing of it", async () => {
  await using world = await openWorld();
  const { forge, model } = world;
  model.play(
    script([
      bash("echo hidden > hidden.txt && git add . && git commit -qm Hidden"),
      say("Hidden apricots."),
    ]),
  );
  await world.report(world.say("/kugetsu fix"));
  expect(forge.pulls(REPOSITORY)).toHaveLength(1);

  forge.rename(REPOSITORY, "hidden");
  const HIDDEN = "olivia/hidden";
  model.play(
    script([
      bash("cat hidden.txt; echo more > more.txt && git add . && git commit -qm More"),
      say("More of it."),
    ]),
  );
  forge.comment(HIDDEN, world.issue, { by: "olivia", body: "/kugetsu continue with more" });
  const more = () => forge.file(HIDDEN, "fix/issue-1", "more.txt");
  await forge.until(async () => (await more()) === "more\n", { timeoutMs: 60_000 });
  expect(forge.pulls(HIDDEN)).toHaveLength(1);
  const asked = model.requests.filter(({ ask }) => ask.lastUser.endsWith("with more"));
  expect(asked[0]?.ask.text).toContain("Hidden apricots.");
  expect(asked[1]?.ask.results).toEqual(["hidden\n"]);
  forge.closeIssue(HIDDEN, world.issue);
  const listed = async () => {
    const all = JSON.parse((await world.cli(["list", "--json"])).stdout) as object[];
    return all.filter((one) => "type" in one && one.type === "forked");
  };
  await vi.waitFor(
    async () =>
      expect(await listed()).toMatchObject([
        {
          issue_ref: `${forge.host}/${HIDDEN}#${world.issue}`,
          closed_at: expect.stringMatching(/^20/) as string,
        },
      ]),
    { timeout: 20_000, interval: 500 },
  );

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
