import { describe, expect, test } from "vitest";
import type { TriggerName } from "../../../src/config.ts";
import type { IssueEvent } from "../../../src/forge/event.ts";
import { meaningOf } from "../../../src/jobs/act.ts";
import type { NewJob } from "../../../src/jobs/job.ts";
import { type Origin, receive } from "../../../src/server/receive.ts";

const BOT = { id: 6, login: "kugetsu-bot" };
const OLIVIA = { id: 1, login: "olivia" };
const WALTER = { id: 2, login: "walter" };
const SHOP = { id: 3, owner: "olivia", name: "shop" };
const ORIGIN: Origin = {
  forge: "gitea",
  instance: "git.example.org",
  bot: BOT,
  triggers: ["comment", "issue", "label", "assignment", "mention"],
  triggerLabel: "kugetsu",
};
const OPENED_AT = "2026-11-22T12:00:00.000Z";
const SOON = "2026-11-22T12:00:40.000Z";
const LATER = "2026-11-22T12:30:00.000Z";

type Change = Partial<Omit<IssueEvent, "issue">> & {
  readonly issue?: Partial<IssueEvent["issue"]>;
};

function became(action: IssueEvent["action"], change: Change = {}): IssueEvent {
  return {
    kind: "issue",
    action,
    repository: SHOP,
    previousBody: undefined,
    label: undefined,
    actor: OLIVIA,
    ...change,
    issue: {
      number: 14,
      title: "Broken",
      body: "It is.",
      isPullRequest: false,
      author: OLIVIA,
      createdAt: OPENED_AT,
      updatedAt: action === "opened" ? OPENED_AT : LATER,
      labels: [],
      assignees: [],
      merged: false,
      ...change.issue,
    },
  };
}

function jobOf(event: IssueEvent, change: Partial<Origin> = {}): NewJob | undefined {
  const received = receive(event, { ...ORIGIN, ...change });
  return "job" in received ? received.job : undefined;
}

const without = (trigger: TriggerName) => ({
  triggers: ORIGIN.triggers.filter((one) => one !== trigger),
});

const COMMAND = { body: "It is.\n\n/kugetsu fix the button" };
const LABEL = { labels: ["bug", "kugetsu"] };
const ASSIGNED = { assignees: [WALTER, BOT] };

describe("a new issue", () => {
  test("with a command is an order that stands in its text", () => {
    expect(receive(became("opened", { issue: COMMAND }), ORIGIN)).toEqual({
      job: {
        forge: "gitea",
        ref: "git.example.org/olivia/shop#14",
        repository: SHOP,
        issueNumber: 14,
        isPullRequest: false,
        trigger: "issue",
        opening: true,
        commentId: 0,
        action: "created",
        commentUpdatedAt: OPENED_AT,
        commentBody: COMMAND.body,
        issueTitle: "Broken",
        issueBody: COMMAND.body,
        author: OLIVIA,
        actor: OLIVIA,
        lane: "dev",
        verb: "fix",
        word: "fix",
        message: "the button",
        context: "It is.",
      },
      seen: SHOP,
    });
  });

  test.each<[string, Partial<IssueEvent["issue"]>, Partial<NewJob>]>([
    ["with the label", LABEL, { trigger: "label", label: "kugetsu" }],
    ["assigned to the bot", ASSIGNED, { trigger: "assignment" }],
    ["with both", { ...LABEL, ...ASSIGNED }, { trigger: "label" }],
  ])("%s is an order to fix it, while nothing of it is at work", (_, issue, job) => {
    expect(jobOf(became("opened", { issue }))).toMatchObject({
      ...job,
      verb: "fix",
      message: "",
      lane: "dev",
      only: "idle",
      opening: true,
      commentId: 0,
      commentBody: "",
    });
  });

  test.each<[string, IssueEvent]>([
    ["without any of it", became("opened")],
    ["with another label", became("opened", { issue: { labels: ["bug"] } })],
    ["assigned to somebody else", became("opened", { issue: { assignees: [WALTER] } })],
    [
      "of the bot's own",
      became("opened", { actor: BOT, issue: { ...COMMAND, ...LABEL, author: BOT } }),
    ],
    ["of another bot", became("opened", { actor: { id: 9, login: "renovate-bot" }, issue: LABEL })],
    ["of the forge's own user", became("opened", { actor: { id: -2, login: "ci" }, issue: LABEL })],
  ])("%s asks for nothing", (_, event) => {
    expect(receive(event, ORIGIN)).toMatchObject({ ignored: expect.any(String) as string });
  });

  test("with what is no verb is answered, and what is set afterwards is another order", () => {
    const issue = { body: "/kugetsu fxi" };
    const answered = jobOf(became("opened", { issue }));
    expect(answered).toMatchObject({ verb: undefined, lane: "quick" });
    expect(answered).not.toHaveProperty("opening");
    const labelled = jobOf(
      became("labels_changed", { issue: { ...issue, ...LABEL, updatedAt: SOON } }),
    );
    expect(labelled).toMatchObject({ verb: "fix", trigger: "label" });
    expect(labelled && meaningOf(labelled)).not.toBe(answered && meaningOf(answered));
  });

  test("with a command, label and assignee is one intention, whichever deliveries tell of it", () => {
    const all = { ...COMMAND, ...LABEL, ...ASSIGNED };
    const events = [
      became("opened", { issue: COMMAND }),
      became("opened", { issue: all }),
      became("labels_changed", { issue: { ...COMMAND, ...LABEL, updatedAt: SOON } }),
      became("labelled", { label: "kugetsu", issue: { ...all, updatedAt: SOON } }),
      became("assigned", { issue: { ...all, updatedAt: SOON } }),
    ];
    const jobs = events.map((event) => jobOf(event));
    expect(jobs).toMatchObject(events.map(() => ({ trigger: "issue", message: "the button" })));
    expect(new Set(jobs.map((job) => job && meaningOf(job))).size).toBe(1);
  });

  test("with label and assignee alone is one intention as well", () => {
    const jobs = [
      became("opened", { issue: LABEL }),
      became("labels_changed", { issue: { ...LABEL, updatedAt: SOON } }),
      became("assigned", { issue: { ...LABEL, ...ASSIGNED, updatedAt: SOON } }),
    ].map((event) => jobOf(event));
    expect(jobs).toMatchObject(jobs.map(() => ({ verb: "fix", message: "" })));
    expect(new Set(jobs.map((job) => job && meaningOf(job))).size).toBe(1);
  });
});

describe("an edit of an issue's text", () => {
  test("that makes a command is an order of its author and its editor", () => {
    const event = became("edited", { issue: COMMAND, previousBody: "It is.", actor: WALTER });
    expect(jobOf(event)).toMatchObject({
      trigger: "issue",
      action: "edited",
      author: OLIVIA,
      actor: WALTER,
      commentUpdatedAt: LATER,
    });
    expect(jobOf(event)).not.toHaveProperty("opening");
  });

  test.each<[string, IssueEvent]>([
    ["holds no command", became("edited", { previousBody: "/kugetsu fix" })],
    ["changed the title alone", became("edited", { issue: COMMAND, previousBody: COMMAND.body })],
    ["changed something untold", became("edited", { issue: COMMAND })],
    ["holds no verb", became("edited", { issue: { body: "/kugetsu fxi" }, previousBody: "x" })],
    ["is the bot's", became("edited", { issue: COMMAND, previousBody: "x", actor: BOT })],
    [
      "changed the bot's own text",
      became("edited", { issue: { ...COMMAND, author: BOT }, previousBody: "x" }),
    ],
  ])("asks for nothing when it %s", (_, event) => {
    expect(receive(event, ORIGIN)).toMatchObject({ ignored: expect.any(String) as string });
  });
});

const edited = (updatedAt: string, previousBody = "/kugetsu fix") =>
  jobOf(became("edited", { issue: { ...COMMAND, updatedAt }, previousBody }));

describe("an edit of a text that held a command before", () => {
  test("is an order while that one may still wait; that there is one only, the admission sees to", () => {
    expect(edited(LATER)).toMatchObject({ action: "edited", message: "the button" });
  });

  test("is none a day after the opening, when somebody ticks a box", () => {
    expect(edited("2026-11-23T12:00:01.000Z")).toBeUndefined();
    expect(edited("2026-11-23T12:00:01.000Z", "/kugetsu fxi")).toMatchObject({ verb: "fix" });
    expect(edited("2026-11-23T12:00:01.000Z", "It is.")).toMatchObject({ verb: "fix" });
  });
});

describe("the label", () => {
  test.each<[string, IssueEvent]>([
    ["on a forge that tells which", became("labelled", { label: "kugetsu", issue: LABEL })],
    ["on one that does not", became("labels_changed", { issue: LABEL })],
    ["whatever its case", became("labelled", { label: "Kugetsu", issue: LABEL })],
    [
      "by somebody else soon after the opening",
      became("labels_changed", {
        actor: WALTER,
        issue: { ...LABEL, ...COMMAND, updatedAt: SOON },
      }),
    ],
    ["on an issue of the bot's", became("labels_changed", { issue: { ...LABEL, author: BOT } })],
  ])("orders a fix when it is set, %s", (_, event) => {
    expect(jobOf(event)).toMatchObject({
      trigger: "label",
      label: "kugetsu",
      verb: "fix",
      only: "idle",
      author: event.actor,
      actor: event.actor,
    });
    expect(jobOf(event)).not.toHaveProperty("opening");
  });

  test.each<[string, IssueEvent]>([
    ["on a forge that tells which", became("unlabelled", { label: "kugetsu" })],
    ["on one that does not", became("labels_changed", { issue: { labels: ["bug"] } })],
    ["a moment after the opening", became("labels_changed", { issue: { updatedAt: SOON } })],
  ])("stops all when it is taken away, %s", (_, event) => {
    expect(jobOf(event)).toMatchObject({
      trigger: "label",
      verb: "stop",
      message: "all",
      lane: "quick",
      only: "busy",
    });
  });

  test("is another when another is told", () => {
    const set = became("labelled", { label: "bug", issue: LABEL });
    expect(receive(set, ORIGIN)).toMatchObject({ ignored: "another label" });
    const taken = became("unlabelled", { label: "bug", issue: LABEL });
    expect(receive(taken, ORIGIN)).toMatchObject({ ignored: "another label" });
  });

  test("is the one that the operator names", () => {
    const named = { triggerLabel: "robot" };
    expect(jobOf(became("labels_changed", { issue: { labels: ["robot"] } }), named)).toMatchObject({
      verb: "fix",
      label: "robot",
    });
    expect(jobOf(became("opened", { issue: LABEL }), named)).toBeUndefined();
  });

  test("gives no order when the bot or another bot sets it", () => {
    for (const actor of [BOT, { id: 9, login: "renovate-bot" }]) {
      expect(jobOf(became("labels_changed", { actor, issue: LABEL }))).toBeUndefined();
    }
  });

  test("set twice, and set after it was taken away, is each time another act", () => {
    const times = ["2026-11-22T12:30:00.000Z", "2026-11-22T12:40:00.000Z"];
    const [first, second] = times.map((updatedAt) =>
      jobOf(became("labels_changed", { issue: { ...LABEL, updatedAt } })),
    );
    expect(first && meaningOf(first)).not.toBe(second && meaningOf(second));
  });
});

describe("an assignment", () => {
  test("to the bot orders a fix", () => {
    expect(jobOf(became("assigned", { issue: ASSIGNED }))).toMatchObject({
      trigger: "assignment",
      verb: "fix",
      only: "idle",
    });
  });

  test("stops all when it is taken away", () => {
    expect(jobOf(became("unassigned", { issue: { assignees: [WALTER] } }))).toMatchObject({
      trigger: "assignment",
      verb: "stop",
      message: "all",
      only: "busy",
    });
  });

  test.each<[string, IssueEvent]>([
    ["to somebody else", became("assigned", { issue: { assignees: [WALTER] } })],
    ["taken from somebody else", became("unassigned", { issue: ASSIGNED })],
    ["by the bot itself", became("assigned", { actor: BOT, issue: ASSIGNED })],
  ])("asks for nothing %s", (_, event) => {
    expect(jobOf(event)).toBeUndefined();
  });
});

describe("a trigger that is switched off", () => {
  test.each<[TriggerName, string, IssueEvent]>([
    ["issue", "a new issue's command", became("opened", { issue: COMMAND })],
    ["issue", "an edit", became("edited", { issue: COMMAND, previousBody: "x" })],
    ["label", "a new issue's label", became("opened", { issue: LABEL })],
    ["label", "a label that is set", became("labels_changed", { issue: LABEL })],
    ["label", "a label that is taken away", became("labels_changed")],
    ["assignment", "a new issue's assignee", became("opened", { issue: ASSIGNED })],
    ["assignment", "an assignment", became("assigned", { issue: ASSIGNED })],
    ["assignment", "an assignment that is taken away", became("unassigned")],
    ["mention", "the bot's name", became("opened", { issue: { body: "@kugetsu-bot fix" } })],
  ])("%s: %s gives no order", (trigger, _, event) => {
    expect(jobOf(event)).toBeDefined();
    expect(jobOf(event, without(trigger))).toBeUndefined();
  });
});

test.each(["closed", "reopened", "deleted"] as const)(
  "whether an issue is open is looked at when it is %s, whoever did that",
  (action) => {
    for (const actor of [OLIVIA, BOT]) {
      expect(receive(became(action, { actor, issue: LABEL }), ORIGIN)).toEqual({
        look: { repository: SHOP, issueNumber: 14, kind: "state" },
        seen: SHOP,
      });
    }
  },
);

test("what becomes of a pull request is taken like that of an issue", () => {
  expect(
    jobOf(became("labels_changed", { issue: { ...LABEL, isPullRequest: true } })),
  ).toMatchObject({ trigger: "label", isPullRequest: true, verb: "fix" });
});
