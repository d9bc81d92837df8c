import { expect } from "vitest";
import { bash, say, script } from "../../../src/demo/model/script.ts";
import type { StoryWorld } from "../../support/story-world.ts";

interface Told {
  readonly issue: number;
  /** The first report, as it ended. */
  readonly report: { readonly body: string };
}

/**
 * Comment → branch, pull request and report; a follow-up goes on in the same conversation, on the same pull request.
 *
 * @param shown what else the first comment shows
 */
export async function fix(
  { forge, model, repository, ...world }: StoryWorld,
  shown = "",
): Promise<Told> {
  const { owner, writer, bot } = forge.people;
  const issue = await world.issue();
  const branch = `fix/issue-${issue}`;
  model.play(
    script([
      bash("pwd; git status --short --branch; env"),
      bash("echo mended > mended.txt && git add . && git commit --quiet --message 'Mend it'"),
      say(`Mended it. cc @${writer}, fixes #${issue} ![x](http://example.org/x.png)`),
    ]),
  );
  const order = await forge.comment(repository, issue, {
    by: owner,
    body: `Please look:${shown}\n\n/kugetsu fix gently`,
  });
  const report = await world.report(issue, order);
  expect(report.body).toContain("**Done");
  expect(report.body).toContain(branch);
  // The agent's words are harmless: nobody is called, nothing is closed, nothing is loaded.
  expect(report.body).not.toMatch(new RegExp(`@${writer}|fixes #\\d|!\\[`));
  expect(await forge.file(repository, branch, "mended.txt")).toBe("mended\n");
  const pull = await forge.until(
    async () => (await forge.pulls(repository)).find(({ head }) => head === branch),
    { what: "the pull request" },
  );
  expect(pull).toMatchObject({ base: "main", by: bot, state: "open" });
  expect(pull.body).toContain(`Fixes #${issue}`);
  expect(report.body).toContain(pull.url);
  expect(await forge.reactions(repository, issue, order, bot)).toContain("eyes");
  await forge.until(
    async () => {
      const now = await forge.pulls(repository);
      return now.find(({ head, reviewers }) => head === branch && reviewers.includes(owner));
    },
    { what: "a review request to whoever asked" },
  );

  model.play(
    script([
      bash("pwd; cat mended.txt"),
      bash("echo more >> mended.txt && git commit --quiet --all --message 'Mend more'"),
      say("Mended more."),
    ]),
  );
  const more = await forge.comment(repository, issue, {
    by: writer,
    body: "/kugetsu continue more of it",
  });
  expect((await world.report(issue, more)).body).toContain("**Done");
  expect(await forge.file(repository, branch, "mended.txt")).toBe("mended\nmore\n");
  const own = (await forge.pulls(repository)).filter(({ head }) => head === branch);
  expect(own).toHaveLength(1);
  const messages = await forge.messages(repository, branch);
  expect(messages[0]).toMatch(new RegExp(`^Mend more\\n[^]*Requested-by: ${writer}$`, "m"));
  expect(messages[1]).toMatch(new RegExp(`^Mend it\\n[^]*Requested-by: ${owner}$`, "m"));
  const asked = model.requests.findLast(({ ask }) => ask.lastUser.endsWith("more of it"));
  expect(asked?.ask.text).toContain("gently");
  return { issue, report };
}
