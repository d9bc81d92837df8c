import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportEnd } from "../../src/handlers/report-end.ts";
import { createHandle, type RunOptions } from "../../src/handlers/run.ts";
import type { Job } from "../../src/jobs/job.ts";
import { createJobStore } from "../../src/jobs/job-store.ts";
import { JobStop, OPERATOR } from "../../src/jobs/stop.ts";
import { currentOwner } from "../../src/kugetsu/db/owner.ts";
import { accepted, keptLog, newJob, queued } from "../jobs/queue.ts";
import { type Desk, openDesk, QUIET, reportOf, SHOP } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

function run(
  job: Job,
  options: Partial<RunOptions> & { resumed?: boolean; signal?: AbortSignal } = {},
) {
  const handle = createHandle({
    forge: () => desk.gitea,
    kugetsu: desk.kugetsu,
    store: createJobStore({ db: desk.kugetsu.database }),
    queue: QUIET,
    settings: {
      limits: () => ({ wallMs: 1_000, silenceMs: 1_000 }),
      allowCiChanges: [],
      allowSubmodules: [],
      allowLfs: [],
      version: "1.2.3",
    },
    log: keptLog(),
    mask: (text) => text.replaceAll("a-secret-word", "***"),
    say: async () => undefined,
    turnLog: () => ({
      write: () => undefined,
      activity: () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }),
    ...options,
  });
  const { signal = new AbortController().signal, resumed = false } = options;
  return handle(job, { signal, resumed });
}

/** A report as a turn writes it down. */
const noted = (job: Job) => ({ ...reportOf(job), notes: [] });
const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const quick = (word: string, change: Partial<Job> = {}) =>
  desk.job({ lane: "quick", word, verb: undefined, ...change });

describe("without an agent", () => {
  test("help says what can be written, in one comment", async () => {
    const end = await run(quick("help", { verb: "help" }));
    expect(end).toMatchObject({ state: "done", say: [{ kind: "status" }] });
    expect(end.say?.[0]?.body).toContain("/kugetsu fix");
    expect(end.say?.[0]?.body).toContain("1.2.3");
  });

  test("a word that is no verb is answered with the nearest one", async () => {
    const end = await run(quick("fixx"));
    expect(end.say?.[0]?.body).toContain("`/kugetsu fix`");
  });

  test("a secret in what is said is taken out, also of what is stored", async () => {
    const end = await run(quick("a-secret-word"));
    expect(JSON.stringify(end)).not.toContain("a-secret-word");
  });

  test.each(["continue", "reset", "retry", "status"] as const)(
    "%s says that there is nothing yet, and how to begin",
    async (verb) => {
      const end = await run(desk.job({ verb, word: verb }));
      expect(end).toMatchObject({ state: "done", say: [{ kind: "status" }] });
      expect(end.say).toHaveLength(1);
      expect(end.say?.[0]?.body).toMatch(/no session|nothing to repeat|no earlier order/);
    },
  );

  test("delegate without an order asks for one", async () => {
    const end = await run(desk.job({ verb: "delegate", lane: "pm" }));
    expect(end.say?.[0]?.body).toContain("/kugetsu delegate <message>");
  });

  test("status tells what runs, what waits and where the session stands", async () => {
    const job = quick("status", { verb: "status" });
    await desk.turned(job, "0".repeat(40), { pushedSha: "0".repeat(40) });
    const others = [
      { ...job, id: 1, lane: "dev", verb: "fix", state: "running", startedAt: Date.now() },
      { ...job, id: 2, lane: "dev", verb: "fix", state: "queued" },
      { ...job, id: 3, lane: "dev", verb: "fix", state: "done" },
    ] as const satisfies Job[];
    const queue = { ...QUIET, jobsOf: async () => [job, ...others] };
    const end = await run(job, { queue });
    const body = end.say?.[0]?.body;
    for (const line of [/`fix` is worked on/, /1 order waits/, /`\/kugetsu continue/]) {
      expect(body).toMatch(line);
    }
    expect(body).toContain(`\`fix/issue-${job.issueNumber}\``);
  });

  test("status tells of a pause, and since when", async () => {
    const queue = { ...QUIET, pausedAt: async () => Date.now() - 120_000 };
    const end = await run(quick("status", { verb: "status" }), { queue });
    expect(end.say?.[0]?.body).toContain(
      "- the operator paused me 2 min ago: no order begins until I am resumed\n",
    );
  });

  test("status without a push says so, and how the last order ended", async () => {
    const job = quick("status", { verb: "status" });
    await desk.turned(job, "0".repeat(40));
    const last = { ...job, id: 1, lane: "dev", verb: "continue", state: "timed_out" } as const;
    const jobsOf = async () => [job, { ...last, startedAt: 1, finishedAt: 2 }];
    const end = await run(job, { queue: { ...QUIET, jobsOf } });
    const branch = `fix/issue-${job.issueNumber}`;
    expect(end.say?.[0]?.body.split("\n")).toEqual([
      "**Status**",
      "",
      "- nothing runs and nothing waits",
      "- the last order, `continue`, ended as timed out",
      `- branch \`${branch}\`, not pushed`,
      "- `/kugetsu continue <message>` goes on in the session",
    ]);
  });

  test("status shows the session's pull request, and what became of it", async () => {
    const job = quick("status", { verb: "status" });
    const branch = `fix/issue-${job.issueNumber}`;
    const files = { "status.txt": "x\n" };
    const { sha } = await desk.forge.commit(SHOP, branch, { by: "walter", message: "x", files });
    const draft = { title: "x", body: "", head: branch, base: "main" };
    const pull = await desk.gitea.createPullRequest("olivia", "shop", draft);
    await desk.turned(job, sha, { pushedSha: sha });
    const body = async () => (await run(job)).say?.[0]?.body;
    expect(await body()).toContain(`\`${branch}\`, pull request (open): ${pull.webUrl}\n`);
    await desk.forge.merge(SHOP, pull.number, { by: "olivia" });
    expect(await body()).toContain(`\`${branch}\`, pull request (merged): ${pull.webUrl}\n`);
  });

  test.each<[string, string, boolean, [number, number, number], string]>([
    ["all of it", "all", true, [1, 2, 0], "2 waiting orders are taken back. `/kugetsu continue`"],
    ["the running turn", "", false, [1, 0, 0], "the running turn is ended, and its work is kept."],
    [
      "the running turn alone",
      "",
      false,
      [1, 0, 1],
      "1 waiting order is left; `/kugetsu stop all`",
    ],
    ["nothing that runs", "", false, [0, 0, 0], "Nothing runs for this issue."],
    ["no more for a word like it", "all-night builds", false, [1, 0, 0], "the running turn"],
    ["what waits", "ALL of it", true, [0, 1, 0], "**Stopped:** 1 waiting order is taken back."],
  ])("stop ends %s", async (_, message, all, [running, waiting, left], words) => {
    const asked: object[] = [];
    const queue = {
      ...QUIET,
      stop: async (ref: string, options: { by: string; waiting: boolean }) => {
        asked.push({ ref, ...options });
        return { running: ids(running), waiting: ids(waiting), left: ids(left) };
      },
    };
    const job = quick("stop", { verb: "stop", message });
    const end = await run(job, { queue });
    expect(asked).toEqual([{ ref: job.ref, by: "walter", waiting: all }]);
    expect(end.say?.[0]?.body).toContain(words);
  });

  test("reset removes the session and says where unpushed work is", async () => {
    const job = desk.job({ verb: "reset", word: "reset" });
    await desk.sessions.put({ ref: job.ref, kind: "forked" });
    const end = await run(job);
    expect(end).toMatchObject({ state: "done" });
    expect(end.say?.[0]?.body).toContain("**Reset.**");
    expect(await desk.kugetsu.session(job.ref)).toBeUndefined();
  });

  test("a bare fix on a finished session answers with its open pull request", async () => {
    const job = desk.job();
    const branch = `fix/issue-${job.issueNumber}`;
    const files = { "x.txt": "x\n" };
    const { sha } = await desk.forge.commit(SHOP, branch, { by: "walter", message: "x", files });
    const draft = { title: "x", body: "", head: branch, base: "main" };
    const pull = await desk.gitea.createPullRequest("olivia", "shop", draft);
    await desk.turned(job, sha, { pushedSha: sha });
    const end = await run(job);
    expect(end).toMatchObject({ state: "done", say: [{ kind: "status" }] });
    expect(end.say?.[0]?.body).toContain(pull.webUrl);
  });
});

test("a turn that an earlier life finished is published and told, without an agent", async () => {
  const job = desk.job();
  await desk.turned(job, await desk.commit({ "a.txt": "a\n" }));
  const end = await run({ ...job, notes: { report: noted(job), began: true } }, { resumed: true });
  const pull = desk.forge.pulls(SHOP).find(({ head }) => head === reportOf(job).branch);
  expect(end).toMatchObject({
    state: "done",
    say: [
      { kind: "status" },
      {
        kind: "review",
        target: { pull: pull?.number, login: "walter" },
        body: expect.stringContaining("@walter") as string,
      },
    ],
  });
  expect(end.say?.[0]?.body).toContain(pull?.url);
  expect(await desk.kugetsu.session(job.ref)).toMatchObject({ seenCommentId: job.commentId });
});

test("one whose forge wants to be left alone for long waits for that, and is published once", async () => {
  const job = desk.job();
  await desk.turned(job, await desk.commit({ "w.txt": "w\n" }));
  const notes = { report: noted(job), began: true };
  const { branch } = reportOf(job);
  const headers = { "retry-after": "1800" };
  desk.forge.fail({ method: "GET", path: /\/branches\//, answer: 429, headers });
  const first = await run({ ...job, notes }, { resumed: true });
  expect(first).toMatchObject({ state: "interrupted", waitMs: 1_800_000 });
  expect(first.say?.map(({ body }) => body)).toEqual([
    "**Waiting** for the forge, which asks me to come back in 30 min. The agent is done; what it made is pushed then.",
  ]);
  desk.forge.fail({ method: "POST", path: /\/pulls$/, answer: 429, headers });
  const second = await run({ ...job, notes }, { resumed: true });
  expect(second).toMatchObject({ state: "interrupted" });
  expect(await run({ ...job, notes }, { resumed: true })).toMatchObject({ state: "done" });
  expect(desk.forge.pulls(SHOP).filter(({ head }) => head === branch)).toHaveLength(1);
});

test("one that waited for a day fails, and its work stays", async () => {
  const job = desk.job();
  await desk.turned(job, await desk.commit({ "x.txt": "x\n" }));
  const headers = { "retry-after": "3600" };
  desk.forge.fail({ method: "GET", path: /\/branches\//, answer: 429, headers });
  const notes = { report: noted(job), began: true, waits: 24 };
  const end = await run({ ...job, notes }, { resumed: true });
  expect(end).toMatchObject({ state: "failed" });
  expect(end.say?.[0]?.body).toContain("The work is kept in the session");
});

test("whoever was already asked for a review is told by a mention", async () => {
  const job = desk.job();
  await desk.turned(job, await desk.commit({ "b.txt": "b\n" }));
  const notes = { report: noted(job), began: true };
  const first = await run({ ...job, notes }, { resumed: true });
  const pull = first.say?.[1]?.target.pull ?? 0;
  await desk.gitea.requestReview("olivia", "shop", pull, "walter");
  const second = await run({ ...job, notes }, { resumed: true });
  expect(second.say?.[1]).toMatchObject({ kind: "comment", target: { number: job.issueNumber } });
});

test.each(["failed", "timed_out", "stopped"] as const)(
  "a turn that %s is told as such, and nothing is pushed",
  async (outcome) => {
    const job = desk.job();
    const report = noted(job);
    const result = { ...report.result, outcome, reason: "It was so." };
    const end = await run({ ...job, notes: { report: { ...report, result } } });
    expect(end).toMatchObject({ state: outcome, say: [{ kind: "status" }, { kind: "comment" }] });
    expect(end.say?.[0]?.body).toContain("It was so.");
    expect(desk.forge.branches(SHOP).get(report.branch)).toBeUndefined();
  },
);

async function putBack(kind: "shutdown" | "pause", limit?: "tokens") {
  const job = desk.job();
  const report = noted(job);
  const result = { ...report.result, outcome: "stopped" as const, reason: "It was so.", limit };
  const signal = AbortSignal.abort(new JobStop(kind));
  return run({ ...job, notes: { report: { ...report, result } } }, { signal });
}

describe("a turn that is to go on later", () => {
  test.each([
    ["shutdown", "The server is restarting"],
    ["pause", "It goes on when its turn comes."],
  ] as const)("after a %s is put back, and says so", async (kind, words) => {
    const end = await putBack(kind);
    expect(end).toMatchObject({ state: "interrupted", say: [{ kind: "status" }] });
    expect(end.say?.[0]?.body).toMatch(/^\*\*Queued\*\* again\. /);
    expect(end.say?.[0]?.body).toContain(words);
  });

  test.each(["shutdown", "pause"] as const)(
    "is over in spite of a %s where a limit stopped it",
    async (kind) => {
      const end = await putBack(kind, "tokens");
      expect(end).toMatchObject({ state: "stopped" });
      expect(end.say?.[0]?.body).toMatch(/^\*\*Stopped\*\* after 61 s\. It was so\./);
    },
  );

  test("is put back where its handler throws because of it, and says so", async () => {
    const job = quick("status", { verb: "status" });
    const signal = AbortSignal.abort(new JobStop("pause"));
    const failing = { ...QUIET, jobsOf: async () => Promise.reject(new Error("cut off")) };
    const end = await run(job, { signal, queue: failing });
    expect(end).toMatchObject({ state: "interrupted", say: [{ kind: "status" }] });
    await expect(run(job, { queue: failing })).rejects.toThrow("cut off");
  });
});

async function stoppedBy(login: string) {
  const job = desk.job();
  const report = noted(job);
  const result = { ...report.result, outcome: "stopped" as const, reason: "It was stopped." };
  const signal = AbortSignal.abort(new JobStop("stop", login));
  return run({ ...job, notes: { report: { ...report, result } } }, { signal });
}

describe("a turn that somebody stopped", () => {
  test("is told to whoever asked for it", async () => {
    const end = await stoppedBy("olivia");
    expect(end).toMatchObject({ state: "stopped", say: [{ kind: "status" }, { kind: "comment" }] });
    expect(end.say?.[0]?.body).toContain("`olivia` stopped it.");
    expect(end.say?.[1]?.body).toContain("@walter");
  });

  test("says where its work is, and how to go on", async () => {
    const body = (await stoppedBy(OPERATOR)).say?.[0]?.body;
    expect(body).toMatch(/^\*\*Stopped\*\* after 61 s\. The operator stopped it\.\n/);
    expect(body).toMatch(/\n- Branch: `fix\/issue-\d+`, 1 commit, not pushed\n/);
    expect(body).toContain("The work so far is kept. `/kugetsu continue <message>` goes on");
  });

  test("is not told to the one who stopped it", async () => {
    const end = await stoppedBy("walter");
    expect(end.say).toMatchObject([{ kind: "status" }]);
    expect(end.say).toHaveLength(1);
  });
});

const store = () => createJobStore({ db: desk.kugetsu.database });
const WALTER = { id: 2, login: "walter" };
const owner = currentOwner("retry");
type Issue = Pick<Job, "ref" | "issueNumber">;

/** Earlier orders in the issue of a retry, and what its report says. The agent ends at once. */
async function retried(earlier: (issue: Issue) => Promise<void>) {
  const { ref, issueNumber, repository } = desk.job();
  await earlier({ ref, issueNumber });
  const order = { ref, repository, lane: "dev", verb: "retry", word: "retry" } as const;
  const id = await queued(
    store(),
    newJob(issueNumber, { ...order, author: WALTER, actor: WALTER }),
  );
  const job = await store().get(id);
  if (job === undefined) throw new Error("There is no job.");
  const queue = { ...QUIET, jobsOf: (of: string) => store().list({ ref: of }) };
  return { job, end: await run(job, { queue }) };
}

async function began(issue: Issue, message: string): Promise<void> {
  const order = { ref: issue.ref, verb: "continue", word: "continue", message } as const;
  const id = await queued(store(), newJob(issue.issueNumber, order));
  expect(await store().claim({ owner, caps: { dev: 9, pm: 1 }, only: [id] })).toBeDefined();
  await store().finish(id, owner.marker, { state: "failed", words: "" }, []);
}

async function neverBegan(issue: Issue): Promise<void> {
  const order = { ref: issue.ref, message: "which nobody may" };
  const refused = await accepted(store(), newJob(issue.issueNumber, order));
  await store().settle(refused, { kind: "refused", words: "no_right", say: [] });
  const dropped = await accepted(store(), newJob(issue.issueNumber, order));
  await store().settle(dropped, { kind: "dropped", why: "forged" });
  const stopped = await queued(store(), newJob(issue.issueNumber, order));
  await store().stop(stopped, "walter", () => []);
}

describe("retry", () => {
  test("repeats the last order that was begun", async () => {
    const { end, job } = await retried(async (issue) => {
      await began(issue, "with the first");
      await began(issue, "with the second");
      await neverBegan(issue);
    });
    expect(end).toMatchObject({ state: "failed" });
    expect(end.say?.[0]?.body).toContain("This repeats the order `continue with the second`.");
    expect(await desk.kugetsu.session(job.ref)).toMatchObject({ state: "failed" });
  });

  test("repeats nothing that was refused, dropped or taken back before its begin", async () => {
    const { end, job } = await retried(neverBegan);
    expect(end).toMatchObject({ state: "done" });
    expect(end.say?.[0]?.body).toContain("no earlier order");
    expect(await desk.kugetsu.session(job.ref)).toBeUndefined();
  });
});

describe("an end that no handler saw", () => {
  const end = { state: "failed", words: "Internal error." } as const;

  test("is told in the status comment, and to whoever asked", () => {
    expect(reportEnd(desk.job(), end)).toMatchObject([
      { kind: "status", body: expect.stringContaining("Internal error.") as string },
      { kind: "comment", body: expect.stringContaining("@walter") as string },
    ]);
  });

  test("by the one who gave the order is told in the status comment alone", () => {
    const job = desk.job();
    const stopped = { state: "stopped", words: "By them.", by: job.actor.login } as const;
    expect(reportEnd(job, stopped)).toMatchObject([{ kind: "status" }]);
    expect(reportEnd(job, { ...stopped, by: "somebody" })).toHaveLength(2);
  });

  test("of a quick command is told in the status comment alone", () => {
    expect(reportEnd(quick("help"), end)).toMatchObject([{ kind: "status" }]);
  });
});
