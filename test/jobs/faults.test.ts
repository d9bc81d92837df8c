import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import type { Fault, SandboxForge } from "../../src/demo/forge/sandbox.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { createGitea } from "../../src/forge/gitea.ts";
import { acknowledgement, statusMessage, told } from "../../src/jobs/acknowledge.ts";
import type { Job } from "../../src/jobs/job.ts";
import { createOutboxSender } from "../../src/jobs/sender.ts";
import { speak } from "../../src/jobs/speak.ts";
import {
  createQueue,
  disposing,
  existing,
  keptLog,
  newDelivery,
  newJob,
  type Queue,
  THREAD,
} from "./queue.ts";

const SHOP = "olivia/shop";
const BOT = "kugetsu-bot";
const time = { now: 1_000_000 };
const stack = new AsyncDisposableStack();
const tokens = new Map<SandboxForge, string>();
let sick: SandboxForge;
let well: SandboxForge;

beforeAll(async () => {
  [sick, well] = await Promise.all([openForge(), openForge()]);
});
afterAll(() => stack.disposeAsync());

async function openForge(): Promise<SandboxForge> {
  const forge = stack.use(await startSandboxForge({ now: () => time.now }));
  for (const login of ["olivia", "walter"]) forge.addUser(login);
  tokens.set(forge, forge.addUser(BOT).token);
  const collaborators = { walter: "write", [BOT]: "write" } as const;
  await forge.addRepository(SHOP, { files: { "README.md": "# The shop\n" }, collaborators });
  return forge;
}

/**
 * `fetch`, but it gives up on a request as soon as the sick forge has let it hang: what a timeout does, without the
 * wait, and never to a request that is answered late since the machine is busy.
 */
const impatient: typeof fetch = async (input, init) => {
  const from = sick.requests.length;
  const { pathname, search } = new URL(input instanceof Request ? input.url : input);
  const givenUp = new AbortController();
  const watch = setInterval(() => {
    const isHung = sick.requests
      .slice(from)
      .some(
        ({ status, path, method }) =>
          status === "hang" && path === pathname + search && method === init?.method,
      );
    if (isHung) givenUp.abort();
  }, 5);
  try {
    return await fetch(input, { ...init, signal: givenUp.signal });
  } finally {
    clearInterval(watch);
  }
};

/** The real way out: outbox, sender, words and adapters, over a clock that only the test moves. */
function outbox(send: typeof fetch = impatient) {
  const queue = createQueue();
  time.now = queue.clock.now;
  const adapter = ({ url }: SandboxForge, token = "") =>
    createGitea({ url, token, timeoutMs: 60_000, fetch: send });
  const forges = new Map<string, Forge>([
    ["sick", adapter(sick, tokens.get(sick))],
    ["well", adapter(well, tokens.get(well))],
  ]);
  const log = keptLog();
  const sender = disposing(
    createOutboxSender({
      store: queue.outbox,
      owner: queue.owner,
      deliver: async (message) => {
        const forge = forges.get(message.forge);
        if (forge === undefined) throw new Error(`no forge ${message.forge}`);
        return speak(forge, message, (text) => text);
      },
      log,
      now: () => time.now,
      random: () => 1,
      pollMs: 1_000_000,
    }),
  );
  const passes = (ms: number): void => {
    time.now += ms;
    queue.clock.now = time.now;
  };
  return { queue, sender, log, passes };
}

/** Somebody gives an order in a new issue, and its admission is over. */
async function ordered({ store }: Queue, name: "sick" | "well"): Promise<Job> {
  const forge = name === "sick" ? sick : well;
  const number = forge.createIssue(SHOP, { by: "olivia", title: "It breaks" });
  const commentId = forge.comment(SHOP, number, { by: "walter", body: "/kugetsu fix" });
  const job = newJob(number, {
    forge: name,
    ref: `${forge.host}/${SHOP}#${number}`,
    repository: { id: 1, owner: "olivia", name: "shop" },
    commentId,
    actor: { id: 3, login: "walter" },
  });
  await store.accept(newDelivery(job, { acknowledge: acknowledgement }));
  const [stored] = await store.list({ ref: job.ref });
  const id = stored?.id ?? 0;
  await store.settle(id, { kind: "queued", thread: THREAD });
  return existing(store, id);
}

async function ends({ outbox: out }: Queue, job: Job): Promise<void> {
  await out.put([
    statusMessage(job, "**Done.**", true),
    told(job, "@walter it is done, see my comment above.", undefined),
  ]);
}

/** What the bot did in one issue, in the order in which the forge took it; words without their marker. */
function said(forge: SandboxForge, number: number) {
  const { comments } = forge.issue(SHOP, number);
  const [order, ...own] = comments;
  return {
    reactions: order?.reactions,
    comments: own.map(({ by, body }) => `${by}: ${body.split("\n\n<!-- kugetsu:")[0]}`),
  };
}

/** What the bot tried to say in one issue, word by word, without what it repeated. */
function stepsIn(forge: SandboxForge, { issueNumber, commentId }: Job): string[] {
  const own = forge.issue(SHOP, issueNumber).comments.map(({ id }) => `/comments/${id}`);
  const places = [`/issues/${issueNumber}/comments`, ...own];
  const steps = forge.requests.flatMap(({ method, path, body }) => {
    if (path.endsWith(`/issues/comments/${commentId}/reactions`)) return ["a reaction"];
    if (method === "GET" || !places.some((place) => path.endsWith(place))) return [];
    return /\w[\w ]*/.exec((body as { body: string }).body) ?? [];
  });
  return steps.filter((step, at) => step !== steps[at - 1]);
}

const ALL_SAID = {
  reactions: [{ by: BOT, content: "eyes" }],
  comments: [`${BOT}: **Done.**`, `${BOT}: @walter it is done, see my comment above.`],
};

const LATER = { answer: 429, headers: { "retry-after": "60" } } as const;
const LOST = [
  { answer: 500 },
  LATER,
  { answer: "hang" },
  { answer: "drop" },
] as const satisfies Fault[];
const LOST_ANSWERS = ["drop", "hang", 500] as const;

test("through five minutes of every fault each thing is said once and in order, and another forge hears its own at once", async () => {
  const { queue, sender, log, passes } = outbox();
  onTestFinished(() => {
    sick.clearFaults();
  });
  const job = await ordered(queue, "sick");
  const second = await ordered(queue, "sick");
  const other = await ordered(queue, "well");
  const issue = `/issues/${job.issueNumber}/comments$`;
  const on = (method: string, path: RegExp, faults: readonly Fault[]): void => {
    for (const fault of faults) sick.fail({ method, path, ...fault });
  };
  const done = LOST_ANSWERS.map((answer) => ({ answer, afterwards: true }));
  on("POST", /\/reactions$/, [...LOST, ...done]);
  // The status comment is posted, and its answer is lost; then it is looked for, found and edited.
  on("POST", new RegExp(issue), [...LOST, { answer: "drop", afterwards: true }]);
  on("GET", new RegExp(issue), [{ answer: 500 }, { answer: "hang" }]);

  const wellWaits: number[] = [];
  sender.start();
  for (let tick = 0; tick <= 400 || (await queue.outbox.counts()).due > 0; tick += 1) {
    if (tick === 10) for (const one of [second, other]) await ends(queue, one);
    if (tick === 400) {
      on("PATCH", /\/issues\/comments\/\d+$/, [...LOST, ...done]);
      on("POST", new RegExp(issue), [LATER, { answer: "hang", afterwards: true }]);
      await ends(queue, job);
    }
    const before = well.requests.length;
    expect(await sender.flush(10_000)).toBe(true);
    wellWaits.push(...well.requests.slice(before).map(() => tick));
    passes(1_000);
    expect(tick).toBeLessThan(1_000);
  }

  expect(said(sick, job.issueNumber)).toEqual(ALL_SAID);
  expect(said(sick, second.issueNumber)).toEqual(ALL_SAID);
  expect(said(well, other.issueNumber)).toEqual(ALL_SAID);
  // A reaction and a status in the second in which the order was taken, two more in that of the end.
  expect(wellWaits).toEqual([0, 0, 10, 10]);
  // Every fault that was armed was met, and each step came after the one before it.
  const faults = sick.requests.filter(({ status }) => typeof status === "string" || status >= 429);
  expect(faults).toHaveLength(23);
  expect(stepsIn(sick, job)).toEqual(["a reaction", "Queued", "Done", "walter it is done"]);
  expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
  // After "come back in a minute" the whole forge was left alone for a minute.
  for (const { at } of sick.requests.filter(({ status }) => status === 429)) {
    const early = sick.requests.filter((one) => one.at > at && one.at < at + 60_000);
    expect(early).toEqual([]);
  }
}, 60_000);

test("while a forge answers nothing at all, another one hears everything", async () => {
  const { queue, sender } = outbox(fetch);
  sick.fail({ answer: "hang", times: Infinity });
  onTestFinished(async () => {
    sick.clearFaults();
    // Cuts what hangs.
    await sick.down();
    await sick.up();
  });
  const before = sick.requests.length;
  const jobs = await Promise.all(
    (["sick", "sick", "sick", "sick", "sick", "well", "well"] as const).map((name) =>
      ordered(queue, name),
    ),
  );
  for (const job of jobs) await ends(queue, job);
  sender.start();
  const heard = jobs.filter(({ forge }) => forge === "well");
  await well.until(() => {
    for (const { issueNumber } of heard) expect(said(well, issueNumber)).toEqual(ALL_SAID);
    return true;
  });
  expect(await sender.flush(0)).toBe(false);
  expect(sick.requests.slice(before).map(({ status }) => status)).toEqual(Array(4).fill("hang"));
}, 30_000);

test.each([
  [
    "deleted",
    (number: number) => sick.deleteIssue(SHOP, number),
    "Could not post a comment: the issue is gone.",
  ],
  [
    "locked, to a bot that may not write any more",
    (number: number) => {
      sick.setCollaborator(SHOP, BOT, undefined);
      sick.lockIssue(SHOP, number);
    },
    "Could not post a comment: the forge answered 403. The bot's account may not do this.",
  ],
] as const)(
  "what is said in an issue that is %s is logged once and not tried again",
  async (_, close, why) => {
    const { queue, sender, log, passes } = outbox();
    onTestFinished(() => {
      sick.setCollaborator(SHOP, BOT, "write");
    });
    const job = await ordered(queue, "sick");
    close(job.issueNumber);
    sender.start();
    const before = sick.requests.length;
    for (let hour = 0; hour < 24; hour += 1) {
      await sender.flush(10_000);
      passes(60 * 60 * 1000);
    }
    const status = await queue.outbox.find(statusMessage(job, "", true).key);
    expect(status).toMatchObject({ state: "dead", trouble: why, attempts: 1 });
    expect(
      log.lines.filter(({ fields }) => "kind" in fields && fields.kind === "status"),
    ).toMatchObject([
      {
        level: "error",
        message: "A message is given up",
        fields: { why, issue: `${SHOP}#${job.issueNumber}` },
      },
    ]);
    expect(sick.requests.slice(before).length).toBeLessThan(5);
  },
);
