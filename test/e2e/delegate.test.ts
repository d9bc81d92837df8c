import { expect, test } from "vitest";
import { bash, say, script } from "../../src/demo/model/script.ts";
import { png } from "../pictures/samples.ts";
import { openWorld, REPOSITORY } from "../support/world.ts";

const PM_TOKEN = "0123456789abcdef0123456789abcdef01234567";

test("the PM agent has its own token, one conversation for each repository, and takes orders from admins alone", async () => {
  await using world = await openWorld({
    before: async ({ cli, forge }) => {
      const set = await cli(["env", "set", "GITEA_TOKEN", "-", "pm-agent"], PM_TOKEN);
      expect(set).toMatchObject({ exitCode: 0 });
      await forge.addRepository("olivia/other", {
        files: { "README.md": "x" },
        collaborators: { "kugetsu-bot": "write" },
      });
    },
  });
  const { forge, model } = world;
  model.play(
    script([
      bash(
        'test "$GITEA_TOKEN" = 0123456789abcdef0123456789abcdef01234567 && echo same; echo "at $GITEA_URL $KUGETSU_TEMP_DIR"',
      ),
      say(`The token is ${PM_TOKEN}.`),
    ]),
  );
  // opencode knows nothing of this model, and then it counts as one that takes no pictures.
  const picture = forge.attach(REPOSITORY, 1, { name: "shot.png", bytes: png(4, 4) });
  const report = await world.report(world.say(`/kugetsu delegate plan the apricots ${picture}`));
  expect(report.body).toContain("**Done");
  expect(report.body).not.toContain(PM_TOKEN);
  expect(report.body).toContain("The model takes no pictures");
  const asked = model.requests.find(({ ask }) => ask.step === 1);
  expect(asked?.ask.results[0]).toMatch(
    new RegExp(`^same\nat ${forge.url} ${world.home}/agents/.+\n$`),
  );
  expect(asked?.ask.lastUser).toContain(`${forge.host}/${REPOSITORY}#1`);
  expect(asked?.ask.lastUser).toContain("You are not shown /attachments/");

  const refused = world.say("/kugetsu delegate mine", "walter");
  await forge.until(
    () =>
      forge.issue(REPOSITORY, 1).comments.find(({ id }) => id === refused)?.reactions.length === 1,
  );

  await world.report(world.say("/kugetsu delegate and the plums"));
  expect(model.requests.at(-1)?.ask.text).toContain("apricots");

  forge.addHook("olivia/other", {
    url: `${world.bot().url}/webhooks/gitea`,
    secret: world.env["GITEA_WEBHOOK_SECRET"] ?? "",
  });
  const other = forge.createIssue("olivia/other", { by: "olivia", title: "Another" });
  forge.comment("olivia/other", other, { by: "olivia", body: "/kugetsu delegate look around" });
  await forge.until(
    () => forge.issue("olivia/other", other).comments.some(({ body }) => body.startsWith("**Done")),
    { timeoutMs: 60_000 },
  );
  expect(model.requests.at(-1)?.ask.text).toContain("look around");
  expect(model.requests.at(-1)?.ask.text).not.toContain("apricots");
});
