import { expect, test } from "vitest";
import { say, script } from "../../src/demo/model/script.ts";
import { png } from "../pictures/samples.ts";
import { refusals } from "../support/refusals.ts";
import { storyOf } from "../support/story-world.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";
import { fix } from "./stories/fix.ts";

test("an issue becomes a branch, a pull request and a report, and a follow-up goes on in the same conversation", async () => {
  await using world = await openWorld({
    model: { sees: true },
    before: async ({ model, cli }) => {
      model.play(script([say("I have read the house rules.")]));
      const init = await cli([
        "init",
        "--headless",
        "--prompt",
        "The word of the house is marmalade.",
      ]);
      expect(init).toMatchObject({ exitCode: 0 });
    },
  });
  const { forge, model } = world;
  const shot = png(8, 8);
  const picture = forge.attach(REPOSITORY, 1, { name: "shot", bytes: shot });
  const gone = "![](/attachments/00000000-0000-4000-8000-000000000000)";
  const { issue, report } = await fix(storyOf(world), ` ${picture} ${gone}`);
  expect(forge.branches(REPOSITORY).has(`fix/issue-${issue}`)).toBe(true);

  const first = model.requests.filter(({ ask }) => ask.lastUser.endsWith("gently"));
  const worktree = `${world.home}/worktrees/`;
  const [directory, ...environment] = first[1]?.ask.results.at(-1)?.split("\n") ?? [];
  expect(directory).toMatch(new RegExp(`^${worktree}127.0.0.1-[0-9]+-olivia-shop-${issue}$`));
  expect(environment.join("\n")).not.toContain(world.token);
  expect(environment.join("\n")).toContain("KUGETSU_TEMP_DIR=");
  expect(environment.join("\n")).not.toContain("GITEA_TOKEN");
  expect(first[0]?.ask.text).toContain("marmalade");
  expect(first[0]?.ask.text).toContain("Words of the repository.");
  expect(first[0]?.ask.lastUser).toContain("Please look:");
  expect(first[0]?.ask.lastUser).toContain("Picture 1 of 1");
  expect(first[0]?.ask.messages.at(-1)?.pictures).toEqual([
    `data:image/png;base64,${shot.toString("base64")}`,
  ]);
  expect(report.body).toContain("1 picture could not be fetched: not there");
  expect(world.bot().log()).not.toContain(shot.toString("base64").slice(0, 60));

  const second = model.requests.filter(({ ask }) => ask.lastUser.endsWith("more of it"));
  expect(second[1]?.ask.results.at(-1)).toBe(`${directory}\nmended\n`);
  expect(second[0]?.ask.text).toContain("marmalade");
  // A bot that may write is not told by the first what it asks for, and a person has none of the second.
  const rights = [
    /^403 GET .*\/collaborators\/\w+\/permission$/,
    /^405 GET .*\/teams$/,
    // The picture that is not there.
    /^404 GET \/attachments\//,
  ];
  expect(refusals(forge, rights)).toEqual([]);
});
