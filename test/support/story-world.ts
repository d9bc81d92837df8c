import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startScriptedModel, type ScriptedModel } from "../../src/demo/model/scripted-model.ts";
import { serveBot, type ServedBot } from "../../src/demo/serve.ts";
import type { ForgeUnderTest, Said } from "./forge-under-test.ts";
import { NO_SANDBOX } from "./sandbox.ts";
import { sandboxUnderTest } from "./sandbox-under-test.ts";
import { REPOSITORY, SECRET, type World } from "./world.ts";

/** What a story is told on: a forge, a repository of its own with a hook, a scripted model and a bot. */
export interface StoryWorld extends AsyncDisposable {
  readonly forge: ForgeUnderTest;
  readonly model: ScriptedModel;
  /** Of the owner, with the writer, the reader and the bot as collaborators. */
  readonly repository: string;
  bot(): ServedBot;
  /** Ends the bot at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again after its end, at the same address. */
  restart(): Promise<void>;
  /** Lets the hooks of a repository tell the bot. */
  watch(repository: string): Promise<void>;
  /** An issue of the writer's. */
  issue(): Promise<number>;
  /** Resolves with the bot's status comment behind that one once it is in a final state; `after` 0: of the issue. */
  report(number: number, after: number, repository?: string): Promise<Said>;
  /** Resolves with the next words of the bot behind that comment that fit. */
  answer(number: number, after: number, fits: RegExp, repository?: string): Promise<Said>;
}

export interface StoryOptions {
  /** Where the forge reaches this machine; 127.0.0.1 unless told. */
  readonly botHost?: string | undefined;
}

type Talk = Pick<StoryWorld, "issue" | "report" | "answer">;

const FINAL = /^\*\*(?:Done|Failed|Timed out|Stopped|Nothing)/;

export async function openStoryWorld(
  forge: ForgeUnderTest,
  { botHost }: StoryOptions = {},
): Promise<StoryWorld> {
  await using setup = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "kugetsu-story-"));
  setup.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const model = setup.use(await startScriptedModel());
  const { owner, writer, reader, bot: botLogin } = forge.people;
  const repository = await forge.addRepository(owner, "shop", {
    files: { "README.md": "# shop\n", "AGENTS.md": "Words of the repository.\n" },
    collaborators: { [writer]: "write", [reader]: "read", [botLogin]: "write" },
  });
  const secret = randomBytes(16).toString("hex");
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    KUGETSU_HOME: join(home, "kugetsu"),
    GITEA_URL: forge.url,
    GITEA_TOKEN: forge.token,
    GITEA_WEBHOOK_SECRET: secret,
    OPENCODE_CONFIG_CONTENT: JSON.stringify(model.config()),
    STATUS_INTERVAL: "0",
    SHUTDOWN_GRACE: "1s",
    TURNS_PER_DAY: "1000",
    LOG_LEVEL: "debug",
    SANDBOX: NO_SANDBOX === undefined ? "required" : "off",
    ...(botHost === undefined ? {} : { HOST: "0.0.0.0" }),
  };
  let bot = await serveBot(env);
  setup.defer(() => bot[Symbol.asyncDispose]());
  const { port } = new URL(bot.url);
  const watch = (at: string) =>
    forge.addHook(at, {
      url: `http://${botHost ?? "127.0.0.1"}:${port}/webhooks/gitea`,
      secret,
    });
  await watch(repository);

  const stack = setup.move();
  return {
    forge,
    model,
    repository,
    bot: () => bot,
    kill: async () => {
      bot.signal("SIGKILL");
      await bot.exited;
    },
    restart: async () => {
      bot = await serveBot({ ...env, PORT: port });
    },
    watch,
    ...talkIn(forge, repository, () => bot),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The same on the sandbox world of the other tests, which ends with that. */
export function storyOf(world: World): StoryWorld {
  const forge = sandboxUnderTest(world.forge, world.token);
  return {
    forge,
    model: world.model,
    repository: REPOSITORY,
    bot: () => world.bot(),
    kill: async () => {
      world.bot().signal("SIGKILL");
      await world.bot().exited;
    },
    restart: async () => {
      await world.restart();
    },
    watch: (at) => forge.addHook(at, { url: `${world.bot().url}/webhooks/gitea`, secret: SECRET }),
    ...talkIn(forge, REPOSITORY, () => world.bot()),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function talkIn(forge: ForgeUnderTest, repository: string, bot: () => ServedBot): Talk {
  const answer: Talk["answer"] = async (number, after, fits, at = repository) => {
    const find = async () => {
      const all = await forge.thread(at, number);
      return all.filter(({ by, id }) => by === forge.people.bot && id > after);
    };
    try {
      return await forge.until(async () => (await find()).find(({ body }) => fits.test(body)), {
        what: `an answer like ${fits}`,
        timeoutMs: 120_000,
      });
    } catch (error) {
      const seen = (await find()).map(({ body }) => body).join("\n---\n");
      throw new Error(`It said: ${seen}\nThe bot's log:\n${bot().log()}`, { cause: error });
    }
  };
  return {
    issue: () =>
      forge.createIssue(repository, {
        by: forge.people.writer,
        title: "It is broken",
        body: "Mend it.",
      }),
    report: (number, after, at) => answer(number, after, FINAL, at),
    answer,
  };
}
