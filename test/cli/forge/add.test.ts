import { stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openSetUp, type SetUp } from "./world.ts";

let world: SetUp;
beforeEach(async () => {
  world = await openSetUp();
  onTestFinished(() => world[Symbol.asyncDispose]());
});

test("finds out what the forge is, even from a page of it, tries the token and stores it for its owner alone", async () => {
  const { forge, token, home } = world;
  const { code, out, err } = await world.cli(
    ["forge", "add", `${forge.url}/olivia/shop`, "--token", "-", "--name", "work"],
    `${token}\n`,
  );
  expect([code, out]).toEqual([
    0,
    `Added the forge work: ${forge.url}, where the bot is kugetsu-bot.\n`,
  ]);
  expect(err).toContain(`Gitea ${forge.version} at ${forge.url}.`);
  expect(err).toContain("Next: kugetsu forge watch owner/repo");
  const { forges } = await world.stored();
  expect(forges).toMatchObject([{ name: "work", kind: "gitea", url: forge.url }]);
  expect(forges[0]?.secrets.token).toBe(token);
  expect(forges[0]?.secrets.webhook).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect((await stat(join(home, "forges.json"))).mode & 0o777).toBe(0o600);
  expect(out + err).not.toContain(token);
});

test("a GitHub is found by its own words", async () => {
  await using hub = await openSetUp({ face: "github" });
  const { code, out } = await hub.cli(
    ["forge", "add", hub.forge.url, "--token", "-", "--name", "hub"],
    hub.token,
  );
  expect([code, out]).toEqual([
    0,
    `Added the forge hub: ${hub.forge.url}, where the bot is kugetsu-bot.\n`,
  ]);
  expect((await hub.stored()).forges).toMatchObject([{ kind: "github" }]);
  const narrow = hub.forge.addToken("kugetsu-bot", ["public_repo"]);
  const again = await hub.cli(["forge", "add", hub.forge.url, "--token", "-", "--replace"], narrow);
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining("The token lacks repo.") });
});

test("the same forge again is a conflict, unless it is to be replaced: then its secret and its name stay", async () => {
  const { forge, token } = world;
  const add = ["forge", "add", forge.url, "--token", "-"];
  await world.cli(add, token);
  const before = (await world.stored()).forges[0];
  const again = await world.cli(add, token);
  expect(again.code).toBe(1);
  expect(again.err).toContain("--replace stores the new token");
  const other = forge.addToken("kugetsu-bot", ["write:issue", "write:repository", "read:user"]);
  expect(await world.cli([...add, "--replace"], other)).toMatchObject({ code: 0 });
  const { forges } = await world.stored();
  expect(forges).toHaveLength(1);
  expect(forges[0]).toMatchObject({ name: before?.name });
  expect(forges[0]?.secrets).toMatchObject({ token: other, webhook: before?.secrets.webhook });
});

test("the environment's forge needs no adding", async () => {
  const { forge, token } = world;
  const { code, err } = await world.cli(["forge", "add", forge.url, "--token", "-"], token, {
    GITEA_URL: forge.url,
    GITEA_TOKEN: token,
  });
  expect(code).toBe(1);
  expect(err).toContain("is the forge gitea of the environment");
  expect(err).toContain("GITEA_URL, GITEA_TOKEN and GITEA_WEBHOOK_SECRET");
});

describe("stores nothing and says why", () => {
  test.each<[string, (it: SetUp) => string, string]>([
    ["a token that is not taken", () => "0".repeat(40), "wrong, expired, or of another server"],
    [
      "a token that may only read",
      ({ forge }) => forge.addToken("kugetsu-bot", ["read:issue", "read:repository", "read:user"]),
      "The token lacks write:issue and write:repository.",
    ],
    [
      "a token that may not say whose it is",
      ({ forge }) => forge.addToken("kugetsu-bot", ["write:issue"]),
      "lacks the scope read:user",
    ],
    [
      "an account that must change its password",
      ({ forge }) => forge.addUser("fresh", { mustChangePassword: true }).token,
      "must-change-password --unset",
    ],
  ])("for %s", async (_, tokenOf, words) => {
    const { forge } = world;
    const { code, err } = await world.cli(
      ["forge", "add", forge.url, "--token", "-"],
      tokenOf(world),
    );
    expect([code, err]).toEqual([1, expect.stringContaining(words)]);
    expect((await world.stored()).forges).toEqual([]);
  });

  test.each<[string, readonly string[], number, string]>([
    ["no address", ["add"], 2, "needs the address"],
    ["what is no address", ["add", "git.example.org"], 2, "no address of a forge"],
    ["credentials in it", ["add", "https://a:hunter22@git.example.org"], 2, "without a user"],
    ["nothing there", ["add", "http://127.0.0.1:47", "--token", "-"], 1, "Nothing listens"],
    ["a token in the command line", ["add", "URL", "--token", "hunter22"], 2, "seen by everybody"],
    ["another kind", ["add", "URL", "--kind", "gitlab"], 2, "--kind is gitea"],
    ["a name that is none", ["add", "URL", "--name", "../x", "--token", "-"], 2, "up to 31"],
    ["another verb", ["ad"], 2, "It is one of add, list, check, watch, rm."],
    ["accounts without an App", ["add", "URL", "--accounts", "acme"], 2, "go with --app"],
  ])("for %s", async (_, args, code, words) => {
    const given = args.map((arg) => (arg === "URL" ? world.forge.url : arg));
    const result = await world.cli(["forge", ...given], world.token);
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(words)]);
    expect(result.err).not.toContain("hunter22");
    expect((await world.stored()).forges).toEqual([]);
  });

  test("for what is no forge", async () => {
    await world.serve();
    const { code, err } = await world.cli(["forge", "add", world.publicUrl, "--token", "-"], "x");
    expect([code, err]).toEqual([1, expect.stringContaining("neither Gitea, Forgejo nor GitHub")]);
  });
});

test("lists the forges with who the bot is there, or why that is unknown, and never a secret", async () => {
  const { forge, token } = world;
  expect(await world.cli(["forge", "list"])).toMatchObject({
    code: 0,
    out: "",
    err: expect.stringContaining("No forge is configured"),
  });
  await world.cli(["forge", "add", forge.url, "--token", "-", "--name", "work"], token);
  const env = { GITEA_URL: "http://127.0.0.1:47", GITEA_TOKEN: "1".repeat(40) };
  const { code, out } = await world.cli(["forge", "list", "--json"], "", env);
  expect([code, JSON.parse(out)]).toMatchObject([
    0,
    [
      { name: "gitea", from: "environment", bot: null, why: "The forge could not be reached." },
      { name: "work", kind: "gitea", url: forge.url, from: "file", bot: "kugetsu-bot", hooks: [] },
    ],
  ]);
  const table = await world.cli(["forge", "list"], "", env);
  expect(table.out).toMatch(/^work +gitea +\S+ +kugetsu-bot +file +-$/m);
  const secrets = (await world.stored()).forges[0]?.secrets;
  for (const secret of [token, env.GITEA_TOKEN, secrets?.webhook[0] ?? "?"])
    expect(out + table.out).not.toContain(secret);
});

test("removes a forge when told, asks first, and cannot take away what the environment configures", async () => {
  const { forge, token } = world;
  await world.cli(["forge", "add", forge.url, "--token", "-", "--name", "work"], token);
  const asked = await world.cli(["forge", "rm", "work"]);
  expect([asked.code, asked.err]).toEqual([1, expect.stringContaining("nothing was changed")]);
  expect((await world.stored()).forges).toHaveLength(1);
  expect(await world.cli(["forge", "rm", "work", "-y"])).toMatchObject({
    code: 0,
    out: "Removed the forge work.\n",
  });
  expect((await world.stored()).forges).toEqual([]);
  const env = { GITEA_URL: forge.url, GITEA_TOKEN: token };
  const refused = await world.cli(["forge", "rm", "gitea", "-y"], "", env);
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringContaining("Take away GITEA_URL, GITEA_TOKEN and GITEA_WEBHOOK_SECRET"),
  ]);
  expect(await world.cli(["forge", "rm", "other", "-y"], "", env)).toMatchObject({
    code: 1,
    err: expect.stringContaining("There are gitea."),
  });
});
