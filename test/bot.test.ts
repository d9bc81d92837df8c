import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bot, startBot } from "../src/bot.ts";
import { readConfig } from "../src/config.ts";
import { startSandboxForge } from "../src/demo/forge/forge.ts";
import { createForgeFile } from "../src/forges/file.ts";
import type { HookSetting } from "../src/forges/setting.ts";
import { giteaSetting, SECRET } from "./forges/setting.ts";

const SHOP = "olivia/shop";
const CELLAR = "nora/cellar";
const WORK_SECRET = "the secret of the forge at work";
const HOOK = { id: "0123456789abcdef", secret: "a secret of the hook's own" };

/** A forge with the same people, repository and issue as every other one. */
async function openForge(bot: string) {
  const forge = await startSandboxForge();
  for (const login of ["olivia", "nora"]) forge.addUser(login);
  const { token } = forge.addUser(bot);
  const repositories: number[] = [];
  for (const name of [SHOP, "nora/till", CELLAR]) {
    const { id } = await forge.addRepository(name, {
      collaborators: { [bot]: "write", ...(name === SHOP ? {} : { olivia: "admin" }) },
    });
    repositories.push(id);
    forge.createIssue(name, { by: "olivia", title: "It is broken" });
  }
  return { forge, token, bot, cellar: repositories[2] ?? 0 };
}
type Opened = Awaited<ReturnType<typeof openForge>>;

let stack: AsyncDisposableStack;
let own: Opened;
let work: Opened;
let bot: Bot;
let log = "";

beforeAll(async () => {
  await using setup = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "kugetsu-bot-"));
  setup.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  own = await openForge("kugetsu-bot");
  setup.use(own.forge);
  work = await openForge("work-bot");
  setup.use(work.forge);
  const config = readConfig({
    HOME: home,
    KUGETSU_HOME: join(home, "kugetsu"),
    KUGETSU_OPENCODE_BIN: "/bin/false",
    PATH: process.env["PATH"],
    PORT: "0",
    SANDBOX: "off",
    STATUS_INTERVAL: "0",
    LOG_LEVEL: "debug",
    GITEA_URL: own.forge.url,
    GITEA_TOKEN: own.token,
    GITEA_WEBHOOK_SECRET: SECRET,
  });
  const stream = {
    write: (text: string) => {
      log += text;
    },
  };
  bot = setup.use(await startBot(config, stream));
  // It runs already: what is added counts at once.
  const setting = giteaSetting({
    name: "work",
    url: work.forge.url,
    from: "file",
    token: work.token,
    webhook: [WORK_SECRET],
  });
  const hook: HookSetting = {
    id: HOOK.id,
    scope: CELLAR,
    scopeId: work.cellar,
    remoteId: undefined,
    secrets: [HOOK.secret],
  };
  const file = createForgeFile(config.home, config.forges);
  await file.save(setting);
  await file.addHook(setting, hook);
  own.forge.addHook(SHOP, { url: `${bot.url}/webhooks/gitea`, secret: SECRET });
  work.forge.addHook(SHOP, { url: `${bot.url}/webhooks/work`, secret: WORK_SECRET });
  stack = setup.move();
});
afterAll(() => stack.disposeAsync());

const answersOf = ({ forge, bot: login }: Opened, repository = SHOP) =>
  forge.issue(repository, 1).comments.filter(({ by }) => by === login);

function askForHelp({ forge }: Pick<Opened, "forge">, repository = SHOP): number {
  return forge.comment(repository, 1, { by: "olivia", body: "/kugetsu help" });
}

async function answered(at: Opened, count: number): Promise<void> {
  try {
    await at.forge.until(() => answersOf(at).length >= count);
  } catch (error) {
    throw new Error(`No answer. The bot's log:\n${log}`, { cause: error });
  }
}

describe("a bot with two forges that have the same repository, issue and people", () => {
  test("answers each where it was asked, in the name that it has there", async () => {
    // Even what the two forges call it is the same.
    expect(askForHelp(own)).toBe(askForHelp(work));
    await Promise.all([answered(own, 1), answered(work, 1)]);
    await Promise.all([own.forge.deliveriesSent(), work.forge.deliveriesSent()]);
    for (const at of [own, work]) {
      expect(answersOf(at)).toHaveLength(1);
      expect(at.forge.requests.filter(({ status }) => status === 401)).toEqual([]);
    }
    expect(answersOf(own)[0]?.body).toContain(":gitea:");
    expect(answersOf(work)[0]?.body).toContain(":work:");
  });

  test("goes on for the one while the other is down, and then makes up for it", async () => {
    const before = [answersOf(own).length, answersOf(work).length] as const;
    await work.forge.down();
    askForHelp(work);
    await work.forge.deliveriesSent();
    askForHelp(own);
    await answered(own, before[0] + 1);
    expect(answersOf(work)).toHaveLength(before[1]);
    await work.forge.up();
    await answered(work, before[1] + 1);
  });

  test("takes no delivery of the one with the secret of the other", async () => {
    for (const [path, secret, status] of [
      ["gitea", WORK_SECRET, 401],
      ["work", SECRET, 401],
      [`work/${HOOK.id}`, WORK_SECRET, 401],
      [`gitea/${HOOK.id}`, HOOK.secret, 404],
      ["work/ffffffffffffffff", WORK_SECRET, 404],
    ] as const)
      expect(await deliver(own, "nora/till", path, secret)).toMatchObject({ status });
    expect(answersOf(own, "nora/till")).toEqual([]);
  });

  test("listens to a hook for its own repository alone", async () => {
    const address = `work/${HOOK.id}`;
    expect(await deliver(work, "nora/till", address, HOOK.secret)).toMatchObject({ status: 202 });
    expect(log).toContain(`the hook speaks for ${CELLAR} alone`);
    expect(await deliver(work, CELLAR, address, HOOK.secret)).toMatchObject({ status: 202 });
    await work.forge.until(() => answersOf(work, CELLAR).length > 0);
    expect(answersOf(work, "nora/till")).toEqual([]);
  });

  test("tells who answers, and no secret", async () => {
    const ready = await fetch(`${bot.url}/readyz`);
    expect(await ready.json()).toMatchObject({ forges: { gitea: true, work: true } });
    for (const secret of [SECRET, WORK_SECRET, HOOK.secret, own.token, work.token])
      expect(log).not.toContain(secret);
  });
});

/** Has somebody comment in a repository whose only hook is that one, and tells what became of the delivery. */
async function deliver({ forge }: Opened, repository: string, path: string, secret: string) {
  const { id } = forge.addHook(repository, { url: `${bot.url}/webhooks/${path}`, secret });
  askForHelp({ forge }, repository);
  await forge.deliveriesSent();
  return forge.deliveries.find(({ hookId }) => hookId === id);
}
