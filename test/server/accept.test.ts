import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stop } from "../../src/handlers/stop.ts";
import { reportEnd } from "../../src/handlers/report-end.ts";
import { SHOP } from "../admission/world.ts";
import { openWay, type Way } from "./way.ts";

const MINUTE = 60_000;
const FIX = "It breaks.\n\n/kugetsu fix the button";

let way: Way;
let queue: ReturnType<Way["begin"]>;
beforeAll(async () => {
  way = await openWay();
});
afterAll(() => way[Symbol.asyncDispose]());
beforeEach(() => {
  queue = way.begin();
});

interface Opened {
  readonly by?: string;
  readonly body?: string;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
}

function open({ by = "walter", body = "It does.", ...more }: Opened = {}): number {
  return way.world.forge.createIssue(SHOP, { by, title: "It breaks", body, ...more });
}

/** An issue that is an hour old. */
function oldIssue(opened: Opened = {}): number {
  const number = open({ by: "rita", ...opened });
  way.world.clock.now += 60 * MINUTE;
  return number;
}

const label = (number: number, by = "walter", name = "kugetsu") =>
  way.world.forge.label(SHOP, number, { by, name });
const unlabel = (number: number, by = "walter", name = "kugetsu") =>
  way.world.forge.unlabel(SHOP, number, { by, name });
const assign = (number: number, by = "walter") =>
  way.world.forge.assign(SHOP, number, { by, assignee: "kugetsu-bot" });
const unassign = (number: number, by = "walter") =>
  way.world.forge.unassign(SHOP, number, { by, assignee: "kugetsu-bot" });
const said = (number: number) =>
  way.world.forge
    .issue(SHOP, number)
    .comments.filter(({ by }) => by === "kugetsu-bot")
    .map(({ body }) => body);

describe("each trigger gives one order, on the whole way from its delivery", () => {
  test("a command in a comment, which gets a reaction", async () => {
    const number = oldIssue();
    const id = way.world.forge.comment(SHOP, number, { by: "walter", body: FIX });
    expect(await queue.settle()).toMatchObject([
      { state: "queued", commentId: id, message: "the button", thread: { title: "It breaks" } },
    ]);
    expect(said(number)).toHaveLength(1);
    expect(way.world.forge.issue(SHOP, number).comments[0]?.reactions).toMatchObject([
      { content: "eyes" },
    ]);
  });

  test("a command in a new issue's text, which gets a reaction", async () => {
    const number = open({ body: FIX });
    expect(await queue.settle()).toMatchObject([
      { state: "queued", trigger: "issue", message: "the button", context: "It breaks." },
    ]);
    expect(said(number)).toHaveLength(1);
    const asked = way.world.forge.requests.filter(({ path }) =>
      path.endsWith(`/issues/${number}/reactions`),
    );
    expect(asked).toMatchObject([{ method: "POST" }]);
  });

  test("a command that an edit made of an issue's text", async () => {
    const number = oldIssue({ by: "olivia" });
    way.world.forge.editIssue(SHOP, number, { by: "walter", body: FIX });
    expect(await queue.settle()).toMatchObject([
      { state: "queued", trigger: "issue", action: "edited", actor: { login: "walter" } },
    ]);
    way.world.forge.editIssue(SHOP, number, { by: "walter", body: `${FIX} again` });
    expect(await queue.settle()).toMatchObject([{ state: "queued" }, { state: "dropped" }]);
  });

  test("a label", async () => {
    const number = oldIssue();
    label(number);
    expect(await queue.settle()).toMatchObject([
      { state: "queued", trigger: "label", verb: "fix", message: "", actor: { login: "walter" } },
    ]);
    expect(said(number)).toHaveLength(1);
  });

  test("an assignment", async () => {
    const number = oldIssue();
    assign(number);
    expect(await queue.settle()).toMatchObject([
      { state: "queued", trigger: "assignment", verb: "fix", actor: { login: "walter" } },
    ]);
    expect(said(number)).toHaveLength(1);
  });

  test("the bot's name before a verb, in a comment and in a new issue's text", async () => {
    const number = oldIssue();
    way.world.forge.comment(SHOP, number, { by: "walter", body: "@kugetsu-bot fix it" });
    open({ body: "@kugetsu-bot fix this" });
    open({ body: "@kugetsu-bot is slow today" });
    const jobs = await queue.settle();
    expect(jobs.map(({ message }) => message)).toEqual(["it", "this"]);
  });

  test("a review and a comment on a line, whose words are read", async () => {
    const files = { "README.md": "# A repository\nMended.\n" };
    await way.world.forge.commit(SHOP, "mend", { by: "walter", message: "Mend it", files });
    const number = await way.world.forge.openPull(SHOP, {
      by: "walter",
      title: "Mended",
      head: "mend",
    });
    await way.world.forge.review(SHOP, number, {
      by: "olivia",
      state: "commented",
      body: "/kugetsu help",
      comments: [{ path: "README.md", line: 2, body: "/kugetsu help here" }],
    });
    expect(await queue.settle()).toEqual([]);
    expect(queue.looks()).toMatchObject([{ issueNumber: number, kind: "reviews" }]);
    expect(queue.looked()).toBeGreaterThan(0);
    const at = { owner: "olivia", name: "shop", number };
    const repository = { id: way.world.repositories[SHOP] ?? 0, owner: "olivia", name: "shop" };
    for (const words of await way.world.gitea.reviews(at, "2026-01-01T00:00:00Z")) {
      await queue.accept({
        forge: "gitea",
        deliveryId: `catch-up:${words.place}:${words.id}`,
        receivedAt: way.world.clock.now,
        event: {
          kind: "words",
          place: words.place,
          action: "created",
          repository,
          issue: { number, title: "Mended", body: "", isPullRequest: true },
          words: { ...words, previousBody: undefined },
          actor: words.author,
        },
      });
    }
    expect(await queue.settle()).toMatchObject([
      { state: "queued", trigger: "review", verb: "help" },
      { state: "queued", trigger: "review_comment", verb: "help", message: "here" },
    ]);
  });
});

describe("a new issue with command, label and assignee", () => {
  test.each<[string, Opened, object]>([
    ["is one order, that of its text", { body: FIX }, { trigger: "issue", message: "the button" }],
    ["without command is one order", {}, { trigger: "label", message: "" }],
  ])("%s", async (_, opened, job) => {
    const number = open({ ...opened, labels: ["kugetsu"], assignees: ["kugetsu-bot"] });
    expect(await queue.settle()).toMatchObject([{ state: "queued", ...job }]);
    expect(said(number)).toHaveLength(1);
  });

  test("is one order also when they are set a moment later", async () => {
    const number = open({ body: FIX });
    expect(await queue.settle()).toHaveLength(1);
    way.world.clock.now += 20_000;
    label(number);
    assign(number);
    expect(await queue.settle()).toMatchObject([{ state: "queued", trigger: "issue" }]);
  });

  test("gives no second order to somebody who sets them when the turn is over", async () => {
    const number = open({ body: FIX });
    const [first] = await queue.settle();
    await queue.store.stop(first?.id ?? 0, "walter", () => []);
    way.world.clock.now += 20_000;
    label(number);
    assign(number);
    expect((await queue.settle()).filter(({ state }) => state === "queued")).toEqual([]);
  });
});

describe("the label", () => {
  test("gives an order only at the moment it is set, not when another one is", async () => {
    const number = oldIssue();
    label(number);
    const [first] = await queue.settle();
    await queue.store.stop(first?.id ?? 0, "walter", () => []);
    way.world.clock.now += MINUTE;
    label(number, "walter", "bug");
    label(number, "olivia", "urgent");
    unlabel(number, "walter", "bug");
    const jobs = await queue.settle();
    expect(jobs.slice(1).map(({ state }) => state)).toEqual(jobs.slice(1).map(() => "dropped"));
    expect(said(number)).toHaveLength(1);
  });

  test("gives another order when it is set again, and none while a turn is at work", async () => {
    const number = oldIssue();
    label(number);
    const [first] = await queue.settle();
    way.world.clock.now += MINUTE;
    assign(number);
    expect((await queue.settle()).map(({ state }) => state)).toEqual(["queued", "dropped"]);
    await queue.store.stop(first?.id ?? 0, "walter", () => []);
    unlabel(number);
    way.world.clock.now += MINUTE;
    label(number);
    expect((await queue.settle()).at(-1)).toMatchObject({ state: "queued", trigger: "label" });
    expect(said(number)).toHaveLength(2);
  });

  test("set while a turn is at work gives no order later, when another one is set", async () => {
    const number = oldIssue();
    way.world.forge.comment(SHOP, number, { by: "olivia", body: "/kugetsu fix" });
    const [first] = await queue.settle();
    label(number);
    expect((await queue.settle()).map(({ state }) => state)).toEqual(["queued", "dropped"]);
    await queue.store.stop(first?.id ?? 0, "olivia", () => []);
    way.world.clock.now += MINUTE;
    label(number, "walter", "bug");
    const states = (await queue.settle()).map(({ state }) => state);
    expect(states).toEqual(["stopped", "dropped", "dropped"]);
  });

  test("of somebody without the right is refused in one short comment", async () => {
    const number = oldIssue();
    label(number, "rita");
    expect(await queue.settle()).toMatchObject([{ state: "refused", words: "no_right" }]);
    way.world.clock.now += MINUTE;
    unlabel(number, "rita");
    label(number, "rita");
    assign(number, "rita");
    await queue.settle();
    expect(said(number)).toEqual([expect.stringContaining("can push") as string]);
  });

  test("on a pull request is a command on the pull request", async () => {
    const files = { "README.md": "# A repository\nOther.\n" };
    await way.world.forge.commit(SHOP, "other", { by: "walter", message: "Change it", files });
    const number = await way.world.forge.openPull(SHOP, {
      by: "walter",
      title: "Other",
      head: "other",
    });
    way.world.clock.now += 60 * MINUTE;
    label(number);
    expect(await queue.settle()).toMatchObject([
      { trigger: "label", isPullRequest: true, issueNumber: number, verb: "fix" },
    ]);
  });
});

/** Works off the newest job as the worker would. */
async function stopNewest() {
  const job = (await queue.settle()).at(-1);
  if (job?.verb !== "stop") throw new Error(`no stop, but ${job?.verb}`);
  const handled = await stop({
    job,
    queue: {
      stop: async (ref, request) => queue.store.stopIssue(ref, { ...request, report: reportEnd }),
    },
  } as Parameters<typeof stop>[0]);
  return { job, said: reportEnd(job, { state: "done", words: handled.words }) };
}

describe("taking it away", () => {
  test.each<[string, (number: number) => void, (number: number) => void]>([
    ["the label", label, unlabel],
    ["the assignment", assign, unassign],
  ])("%s stops, and says so in the stopped turn's own comment alone", async (_, set, take) => {
    const number = oldIssue();
    set(number);
    await queue.settle();
    way.world.clock.now += MINUTE;
    take(number);
    const { job, said: words } = await stopNewest();
    expect(job).toMatchObject({ state: "queued", lane: "quick" });
    expect(words).toEqual([]);
    expect((await queue.settle())[0]).toMatchObject({ state: "stopped" });
    expect(said(number)).toEqual([expect.stringContaining("Stopped") as string]);
  });

  test("stops what was asked for in a comment as well", async () => {
    const number = oldIssue();
    label(number);
    const [first] = await queue.settle();
    await queue.store.stop(first?.id ?? 0, "walter", () => []);
    way.world.clock.now += MINUTE;
    way.world.forge.comment(SHOP, number, { by: "olivia", body: "/kugetsu fix" });
    await queue.settle();
    unlabel(number);
    await stopNewest();
    expect((await queue.settle())[1]).toMatchObject({
      state: "stopped",
      commentBody: "/kugetsu fix",
    });
  });

  test("asks for nothing when nothing is at work", async () => {
    const number = oldIssue();
    label(number);
    const [first] = await queue.settle();
    await queue.store.stop(first?.id ?? 0, "walter", () => []);
    unlabel(number);
    assign(number);
    const jobs = await queue.settle();
    expect(jobs.filter(({ verb }) => verb === "stop")).toEqual([]);
  });

  test("stops nothing, and says nothing, by somebody without the right", async () => {
    const number = oldIssue();
    label(number);
    await queue.settle();
    way.world.clock.now += MINUTE;
    unlabel(number, "rita");
    expect(await queue.settle()).toMatchObject([
      { state: "queued" },
      { verb: "stop", state: "dropped", words: "no_right" },
    ]);
    expect(said(number)).toHaveLength(1);
  });

  test("and another label at work stops nothing", async () => {
    const number = oldIssue();
    way.world.forge.comment(SHOP, number, { by: "walter", body: "/kugetsu fix" });
    await queue.settle();
    label(number, "walter", "bug");
    expect(await queue.settle()).toMatchObject([{ state: "queued" }, { state: "dropped" }]);
  });
});

test("on the bot's own pull request, label and taking it away are about the issue's turns", async () => {
  const number = oldIssue();
  const head = `fix/issue-${number}`;
  await way.world.forge.commit(SHOP, head, { by: "walter", message: "x", files: { x: "x\n" } });
  const draft = { title: "x", body: `It works.\n\nFixes #${number}`, head, base: "main" };
  const pull = await way.world.gitea.createPullRequest("olivia", "shop", draft);
  way.world.clock.now += 60 * MINUTE;
  label(pull.number);
  const [first] = await queue.settle();
  const ref = `${way.world.forge.host}/${SHOP}#${number}`;
  expect(first).toMatchObject({ state: "queued", ref, trigger: "label" });
  way.world.clock.now += MINUTE;
  assign(number);
  assign(pull.number);
  const words = "A turn of the issue runs or waits already.";
  expect((await queue.settle()).slice(1)).toMatchObject([
    { state: "dropped", words },
    { state: "dropped", words },
  ]);
  unlabel(pull.number);
  await stopNewest();
  expect((await queue.settle())[0]).toMatchObject({ state: "stopped" });
});

describe("an edit of an issue's text counts only when author and editor may push", () => {
  test.each([
    ["rita", "olivia"],
    ["olivia", "rita"],
  ])("%s wrote it, %s edited it", async (author, editor) => {
    const number = oldIssue({ by: author });
    way.world.forge.editIssue(SHOP, number, { by: editor, body: FIX });
    expect(await queue.settle()).toMatchObject([{ state: "refused", words: "no_right" }]);
    expect(said(number)).toEqual([expect.stringContaining("`rita`") as string]);
  });
});

test("an issue that is closed with its label on gives no order, and is looked at", async () => {
  const number = oldIssue();
  label(number);
  const [first] = await queue.settle();
  await queue.store.stop(first?.id ?? 0, "walter", () => []);
  way.world.forge.closeIssue(SHOP, number);
  way.world.forge.reopenIssue(SHOP, number);
  expect(await queue.settle()).toHaveLength(1);
  expect(queue.looks()).toMatchObject([{ issueNumber: number, kind: "state" }]);
});

test("a deleted comment has the words of its issue's orders looked at", async () => {
  const number = oldIssue();
  const id = way.world.forge.comment(SHOP, number, { by: "walter", body: "/kugetsu fix" });
  await queue.settle();
  way.world.forge.deleteComment(id, "olivia");
  expect(await queue.settle()).toMatchObject([{ state: "queued" }]);
  expect(queue.looks()).toMatchObject([{ issueNumber: number, kind: "words" }]);
});

describe("before the forge told who the bot is, an order is none the less one", () => {
  beforeEach(() => {
    queue = way.begin(undefined, { isBotKnown: false });
  });

  test("an assignment, and that it is taken away", async () => {
    const number = oldIssue();
    assign(number);
    expect(await queue.settle()).toMatchObject([{ state: "queued", trigger: "assignment" }]);
    way.world.clock.now += MINUTE;
    unassign(number);
    expect((await queue.settle())[1]).toMatchObject({ state: "queued", verb: "stop" });
  });

  test("what a new issue is opened with", async () => {
    open({ assignees: ["kugetsu-bot"] });
    expect(await queue.settle()).toMatchObject([{ state: "queued", trigger: "assignment" }]);
  });

  test("a word of its name", async () => {
    const number = oldIssue();
    way.world.forge.comment(SHOP, number, { by: "walter", body: "@kugetsu-bot: fix it" });
    expect(await queue.settle()).toMatchObject([{ state: "queued", verb: "fix", message: "it" }]);
  });

  test("and what is somebody else's is not, and nobody is told", async () => {
    const number = oldIssue();
    way.world.forge.assign(SHOP, number, { by: "walter", assignee: "olivia" });
    way.world.forge.comment(SHOP, number, { by: "walter", body: "@olivia fix it" });
    expect(await queue.settle()).toMatchObject([
      { state: "dropped", trigger: "assignment" },
      { state: "dropped", mention: "olivia" },
    ]);
    expect(said(number)).toEqual([]);
    // The own command comes before whatever may be one.
    const both = "@olivia fix it\n\n/kugetsu fix that";
    way.world.forge.comment(SHOP, number, { by: "walter", body: both });
    expect((await queue.settle())[2]).toMatchObject({ state: "queued", message: "that" });
  });
});

test("what the operator switched off gives no order, however it is told", async () => {
  queue = way.begin(["comment"]);
  const number = open({ body: FIX, labels: ["kugetsu"], assignees: ["kugetsu-bot"] });
  unlabel(number);
  label(number);
  unassign(number);
  assign(number);
  expect(await queue.settle()).toEqual([]);
  way.world.forge.comment(SHOP, number, { by: "walter", body: "@kugetsu-bot fix" });
  expect(await queue.settle()).toEqual([]);
  way.world.forge.comment(SHOP, number, { by: "walter", body: "/kugetsu fix" });
  expect(await queue.settle()).toHaveLength(1);
});
