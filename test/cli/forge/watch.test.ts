import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { createForgeFile } from "../../../src/forges/file.ts";
import { openSetUp, type SetUp } from "./world.ts";

const SHOP = "olivia/shop";

interface RemoteHook {
  readonly id: number;
  readonly active: boolean;
  readonly events: readonly string[];
  readonly config: Readonly<Record<string, string>>;
}

/** The hooks that the forge has, as its owner sees them. */
async function hooksOf(world: SetUp, where = `repos/${SHOP}`): Promise<RemoteHook[]> {
  return (await ask(world, "GET", `${where}/hooks`)) as RemoteHook[];
}

async function ask({ forge, owner }: SetUp, method: string, path: string, body?: unknown) {
  const isGitea = (await fetch(`${forge.url}/api/v1/version`)).ok;
  const response = await fetch(`${forge.url}/api/${isGitea ? "v1" : "v3"}/${path}`, {
    method,
    headers: { authorization: `token ${owner}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

async function add(world: SetUp, token = world.token) {
  const { forge } = world;
  await world.cli(["forge", "add", forge.url, "--token", "-", "--name", "work"], token);
}

async function opened(options?: Parameters<typeof openSetUp>[0]): Promise<SetUp> {
  const world = await openSetUp(options);
  onTestFinished(() => world[Symbol.asyncDispose]());
  await add(world);
  return world;
}

describe.each(["gitea", "github"] as const)("on %s", (face) => {
  let world: SetUp;
  beforeEach(async () => {
    world = await opened({ face });
    await world.serve();
  });

  test("makes the webhook of a repository with a secret and an address of its own, and proves it", async () => {
    const { code, out } = await world.cli(["forge", "watch", "Olivia/Shop"]);
    const [hook] = (await world.stored()).hooks;
    const address = `${world.publicUrl}/webhooks/work/${hook?.id}`;
    expect([code, out]).toEqual([
      0,
      `${SHOP} is watched: a test delivery arrived at ${address}.\n`,
    ]);
    const remote = await hooksOf(world);
    expect(remote).toMatchObject([
      { id: hook?.remoteId, active: true, config: { url: address, content_type: "json" } },
    ]);
    expect(remote[0]?.events).toEqual(
      expect.arrayContaining(["issues", "issue_comment", "pull_request", "pull_request_review"]),
    );
    expect(remote[0]?.events).not.toContain("push");
    expect(hook).toMatchObject({ scope: SHOP, forge: "work" });
    expect(hook?.secrets).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const checked = await world.cli(["forge", "check"]);
    expect(checked.code).toBe(0);
    expect(checked.out).toContain(`The webhook of ${SHOP} is all right; the last delivery came`);
  });

  test("a second time it changes nothing, whatever it was cut off at", async () => {
    await world.cli(["forge", "watch", SHOP]);
    const before = await world.stored();
    const { code, out } = await world.cli(["forge", "watch", SHOP, "--json"]);
    expect([code, JSON.parse(out)]).toMatchObject([0, { changed: false, proven: true }]);
    // It ended before it learned what the forge calls the hook.
    const [hook] = before.hooks;
    if (hook === undefined) throw new Error("No hook.");
    const file = createForgeFile(world.home, []);
    await file.replaceHook(
      { name: "work", url: world.forge.url },
      { ...hook, remoteId: undefined },
    );
    expect(await world.cli(["forge", "watch", SHOP])).toMatchObject({ code: 0 });
    expect(await world.stored()).toEqual(before);
    // It ended before it made the hook.
    await ask(world, "DELETE", `repos/${SHOP}/hooks/${hook.remoteId}`);
    expect(await world.cli(["forge", "watch", SHOP])).toMatchObject({ code: 0 });
    expect((await world.stored()).hooks).toMatchObject([{ id: hook.id, secrets: hook.secrets }]);
    expect(await hooksOf(world)).toHaveLength(1);
  });

  test("repairs what somebody changed, and check names it before", async () => {
    await world.cli(["forge", "watch", SHOP]);
    const [{ id, config } = { id: 0, config: {} }] = await hooksOf(world);
    await ask(world, "PATCH", `repos/${SHOP}/hooks/${id}`, {
      active: false,
      events: ["push"],
      config: { ...config, url: `${world.publicUrl}/elsewhere`, content_type: "form" },
    });
    const checked = await world.cli(["forge", "check", "work"]);
    expect(checked.code).toBe(1);
    for (const words of ["is switched off", "another address", "forms", "does not tell issues"])
      expect(checked.out).toContain(words);
    const { code, err } = await world.cli(["forge", "watch", SHOP]);
    expect(code).toBe(0);
    expect(err).toContain("It was repaired: it was switched off.");
    expect(await hooksOf(world)).toMatchObject([
      { id, active: true, config: { content_type: "json" } },
    ]);
    expect(await world.cli(["forge", "check"])).toMatchObject({ code: 0 });
  });

  test("gives it a new secret, and forgets the old one once a delivery proved the new one", async () => {
    await world.cli(["forge", "watch", SHOP]);
    const [before] = (await world.stored()).hooks;
    const kept = await world.cli(["forge", "watch", SHOP, "--rotate", "--no-test"]);
    expect([kept.code, kept.err]).toEqual([0, expect.stringContaining("The old secret counts")]);
    const [meanwhile] = (await world.stored()).hooks;
    expect(meanwhile?.secrets).toEqual([expect.any(String), before?.secrets[0]]);
    const { code } = await world.cli(["forge", "watch", SHOP, "--rotate"]);
    const [after] = (await world.stored()).hooks;
    expect(code).toBe(0);
    expect(after?.id).toBe(before?.id);
    expect(after?.secrets).toHaveLength(1);
    expect([...(meanwhile?.secrets ?? [])]).not.toContain(after?.secrets[0]);
    expect(await hooksOf(world)).toHaveLength(1);
    expect(await world.cli(["forge", "watch", SHOP])).toMatchObject({ code: 0 });
  });

  test("takes it away again, and what was left behind by a home that is gone", async () => {
    await world.cli(["forge", "watch", SHOP]);
    await ask(world, "POST", `repos/${SHOP}/hooks`, {
      ...(face === "gitea" ? { type: "gitea" } : { name: "web" }),
      config: { url: `${world.publicUrl}/webhooks/work/0123456789abcdef`, content_type: "json" },
      events: ["issues"],
    });
    const { err } = await world.cli(["forge", "watch", SHOP]);
    expect(err).toContain("A webhook that nothing here knows any more was removed.");
    expect(await hooksOf(world)).toHaveLength(1);
    expect(await world.cli(["forge", "watch", SHOP, "--remove"])).toMatchObject({ code: 0 });
    expect([await hooksOf(world), (await world.stored()).hooks]).toEqual([[], []]);
    expect(await world.cli(["forge", "watch", SHOP, "--remove"])).toMatchObject({ code: 1 });
  });

  test("removing the forge takes its webhooks along, where that is wanted", async () => {
    await world.cli(["forge", "watch", SHOP, "--no-test"]);
    const { code, out } = await world.cli(["forge", "rm", "work", "--hooks", "-y"]);
    expect([code, out]).toEqual([0, "Removed the forge work, and 1 webhook from it.\n"]);
    expect(await hooksOf(world)).toEqual([]);
  });

  test("watches an organisation", async () => {
    const { code, out, err } = await world.cli(["forge", "watch", "acme"]);
    expect(code).toBe(0);
    const [hook] = (await world.stored()).hooks;
    expect(hook).toMatchObject({ scope: "acme" });
    expect(await hooksOf(world, "orgs/acme")).toMatchObject([{ id: hook?.remoteId, active: true }]);
    const words = {
      gitea: [out, "The webhook of acme leads to"],
      github: [out, "acme is watched: a test delivery arrived"],
    }[face];
    expect(words[0]).toContain(words[1]);
    expect(err.includes("the first delivery will be the proof")).toBe(face === "gitea");
  });
});

test("an environment's forge is watched as well", async () => {
  const world = await openSetUp();
  onTestFinished(() => world[Symbol.asyncDispose]());
  const env = { GITEA_URL: world.forge.url, GITEA_TOKEN: world.token };
  const { code, out } = await world.cli(["forge", "watch", SHOP, "--no-test"], "", env);
  expect([code, out]).toEqual([0, expect.stringContaining("/webhooks/gitea/")]);
  expect(await hooksOf(world)).toHaveLength(1);
  const listed = await world.cli(["forge", "list", "--json"], "", env);
  expect(JSON.parse(listed.out)).toMatchObject([{ name: "gitea", hooks: [{ scope: SHOP }] }]);
  expect(await world.cli(["forge", "watch", SHOP, "--remove"], "", env)).toMatchObject({ code: 0 });
  expect(await hooksOf(world)).toEqual([]);
});

describe("says what to do", () => {
  test("without a public address, before anything is made", async () => {
    const world = await opened();
    const { code, err } = await world.cli(["forge", "watch", SHOP], "", { KUGETSU_PUBLIC_URL: "" });
    expect([code, err]).toEqual([2, expect.stringContaining("KUGETSU_PUBLIC_URL is not set")]);
    expect(await hooksOf(world)).toEqual([]);
  });

  test("where no server runs", async () => {
    const world = await opened();
    const { code, err } = await world.cli(["forge", "watch", SHOP]);
    expect([code, err]).toEqual([1, expect.stringContaining("Start it with `kugetsu serve`")]);
  });

  test.each(["gitea", "github"] as const)(
    "where the account is no administrator, on %s; somebody else's token does it once",
    async (face) => {
      const world = await opened({ face });
      await world.serve();
      world.forge.setCollaborator(SHOP, "kugetsu-bot", "write");
      const { code, err } = await world.cli(["forge", "watch", SHOP]);
      expect(code).toBe(1);
      expect(err).toContain(`Webhooks are set up by an administrator of ${SHOP}`);
      expect((await world.stored()).hooks).toEqual([]);
      const done = await world.cli(["forge", "watch", SHOP, "--token", "-"], world.owner);
      expect(done).toMatchObject({ code: 0 });
      expect(JSON.stringify(await world.stored())).not.toContain(world.owner);
      const checked = await world.cli(["forge", "check"]);
      expect([checked.code, checked.out]).toEqual([
        0,
        expect.stringContaining("the last delivery came"),
      ]);
    },
  );

  test.each<[string, string, string]>([
    ["a repository that is not there", "olivia/nothing", "shows the bot no repository"],
    ["a person", "olivia", "Only organisations have webhooks for all"],
    ["a path", "a/b/c", "needs a repository"],
  ])("for %s", async (_, scope, words) => {
    const world = await opened();
    const { code, err } = await world.cli(["forge", "watch", scope]);
    expect([code > 0, err]).toEqual([true, expect.stringContaining(words)]);
  });

  test("of an archived repository", async () => {
    const world = await opened();
    world.forge.archive(SHOP);
    const { code, err } = await world.cli(["forge", "watch", SHOP]);
    expect([code, err]).toEqual([1, expect.stringContaining("is archived")]);
  });

  test("where a scope is missing, which is named", async () => {
    const world = await opened();
    const narrow = ["write:issue", "write:repository", "read:user"];
    const token = world.forge.addToken("kugetsu-bot", narrow);
    await world.cli(["forge", "add", world.forge.url, "--token", "-", "--replace"], token);
    const { code, err } = await world.cli(["forge", "watch", "acme"]);
    expect([code, err]).toEqual([1, expect.stringContaining("read:organization")]);
    const done = await world.cli(
      ["forge", "watch", "acme", "--no-test", "--token", "-"],
      world.owner,
    );
    expect(done).toMatchObject({ code: 0 });
    // What the bot need not see is no problem.
    const checked = await world.cli(["forge", "check", "--json"]);
    expect([checked.code, JSON.parse(checked.out)]).toMatchObject([
      0,
      [
        { status: "ok" },
        { status: "warning", advice: expect.stringContaining("read:organization") as string },
      ],
    ]);
  });

  test("of a repository that is gone, in check", async () => {
    const world = await opened();
    await world.cli(["forge", "watch", SHOP, "--no-test"]);
    world.forge.fail({ path: /^\/api\/v1\/repos\/olivia\/shop$/, answer: 404 });
    const { code, out } = await world.cli(["forge", "check"]);
    expect([code, out]).toEqual([1, expect.stringContaining(`The webhook of ${SHOP}: Could not`)]);
  });

  test("where several forges could be meant", async () => {
    const world = await opened();
    const env = { GITEA_URL: "http://127.0.0.1:47", GITEA_TOKEN: "1".repeat(40) };
    const { code, err } = await world.cli(["forge", "watch", SHOP], "", env);
    expect([code, err]).toEqual([2, expect.stringContaining("There are gitea, work.")]);
  });
});
