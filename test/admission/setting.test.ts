import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confirmAct } from "../../src/admission/confirm.ts";
import type { Job } from "../../src/jobs/job.ts";
import { storedJob } from "../jobs/stored.ts";
import { openWorld, SHOP, type World } from "./world.ts";

const MINUTE = 60_000;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** An issue of rita's that is an hour old. */
function oldIssue(): number {
  const number = world.issue();
  world.clock.now += 60 * MINUTE;
  return number;
}

const set = (number: number, by = "walter", name = "kugetsu") =>
  world.forge.label(SHOP, number, { by, name });
const take = (number: number, by = "walter") =>
  world.forge.unlabel(SHOP, number, { by, name: "kugetsu" });

/** What a delivery makes of what somebody does now. */
function told(issueNumber: number, change: Partial<Job> = {}): Job {
  const by = change.actor ?? world.person("walter");
  return storedJob({
    state: "received",
    ref: `${world.forge.host}/${SHOP}#${issueNumber}`,
    repository: { id: world.repositories[SHOP] ?? 0, owner: "olivia", name: "shop" },
    issueNumber,
    trigger: "label",
    ...(change.trigger === "assignment" ? {} : { label: "kugetsu" }),
    only: "idle",
    commentId: 0,
    commentBody: "",
    commentUpdatedAt: new Date(Math.floor(world.clock.now / 1000) * 1000).toISOString(),
    author: by,
    actor: by,
    createdAt: world.clock.now,
    ...change,
  });
}

const confirm = (job: Job) => confirmAct(world.gitea, job);
const taken = { verb: "stop", lane: "quick", message: "all", only: "busy" } as const;

describe("a label is confirmed", () => {
  test("with the forge's own name of the act, and its time", async () => {
    const number = oldIssue();
    set(number);
    const first = await confirm(told(number));
    expect(first).toMatchObject({
      kind: "confirmed",
      act: expect.stringMatching(/^label:\d+$/) as string,
      sameAs: [],
      at: new Date(world.clock.now).toISOString(),
    });
    expect(await confirm(told(number))).toEqual(first);
  });

  test("as another act, when it was taken away and set again", async () => {
    const number = oldIssue();
    set(number);
    const first = await confirm(told(number));
    world.clock.now += MINUTE;
    take(number);
    world.clock.now += MINUTE;
    set(number);
    const second = await confirm(told(number));
    expect(second).toMatchObject({ kind: "confirmed" });
    expect(second).not.toEqual(first);
    // The delivery of the first time comes late.
    const late = told(number, {
      commentUpdatedAt: new Date(world.clock.now - MINUTE).toISOString(),
    });
    expect(await confirm(late)).toEqual(second);
  });

  test("whatever its case", async () => {
    const number = oldIssue();
    set(number, "walter", "Kugetsu");
    expect(await confirm(told(number, { label: "KUGETSU" }))).toMatchObject({ kind: "confirmed" });
    world.forge.unlabel(SHOP, number, { by: "walter", name: "Kugetsu" });
  });

  test("when it is taken away", async () => {
    const number = oldIssue();
    set(number);
    world.clock.now += MINUTE;
    take(number, "olivia");
    const job = told(number, { ...taken, actor: world.person("olivia") });
    expect(await confirm(job)).toMatchObject({ kind: "confirmed" });
  });

  test("while the issue is closed", async () => {
    const number = oldIssue();
    world.forge.closeIssue(SHOP, number);
    set(number);
    expect(await confirm(told(number))).toMatchObject({ kind: "confirmed" });
  });

  test("however long the job has waited for a forge that was away", async () => {
    const number = oldIssue();
    set(number);
    const job = told(number);
    world.clock.now += 600 * MINUTE;
    expect(await confirm(job)).toMatchObject({ kind: "confirmed" });
  });

  test("long after it was set, where the job says from when on it counts", async () => {
    const number = oldIssue();
    set(number);
    const notBefore = world.clock.now;
    world.clock.now += 60 * MINUTE;
    expect(await confirm(told(number, { notBefore }))).toMatchObject({ kind: "confirmed" });
    const later = { notBefore: notBefore + MINUTE };
    expect(await confirm(told(number, later))).toMatchObject({ kind: "denied" });
  });
});

describe("a label is denied", () => {
  test.each<[string, (number: number) => Partial<Job> | void, string]>([
    ["that nobody ever set", () => {}, "the forge knows of no such label"],
    ["when another was set", (n) => set(n, "walter", "bug"), "the forge knows of no such label"],
    ["when somebody else set it", (n) => set(n, "olivia"), "somebody else set the label"],
    [
      "when it is gone again",
      (n) => {
        set(n);
        take(n);
      },
      "the label was taken away last",
    ],
    [
      "that is said to be taken away, and is there",
      (n) => {
        set(n);
        return taken;
      },
      "the label was set last",
    ],
    [
      "that somebody else took away",
      (n) => {
        set(n);
        take(n, "olivia");
        return taken;
      },
      "somebody else took away the label",
    ],
    [
      "that was told more than ten minutes late",
      (n) => {
        set(n);
        const commentUpdatedAt = new Date(world.clock.now).toISOString();
        world.clock.now += 10 * MINUTE + 1000;
        return { commentUpdatedAt, createdAt: world.clock.now };
      },
      "the label is too old",
    ],
    [
      "that was there, when the same person sets another one",
      (n) => {
        set(n);
        world.clock.now += MINUTE;
        set(n, "walter", "bug");
      },
      "the label is too old",
    ],
    [
      "that was taken away before, when the same person sets another one",
      (n) => {
        set(n);
        take(n);
        world.clock.now += MINUTE;
        set(n, "walter", "bug");
        return taken;
      },
      "the label is too old",
    ],
    [
      "when the bot set it",
      (n) => {
        set(n, "kugetsu-bot");
        return { author: world.person("kugetsu-bot"), actor: world.person("kugetsu-bot") };
      },
      "the bot wrote it itself",
    ],
    [
      "when the job names none",
      (n) => {
        set(n);
        return { label: undefined };
      },
      "the forge knows of no such label",
    ],
  ])("%s", async (_, happens, why) => {
    const number = oldIssue();
    const change = happens(number) ?? {};
    expect(await confirm(told(number, change))).toEqual({ kind: "denied", why });
  });
});

const assign = (number: number, assignee = "kugetsu-bot", by = "walter") =>
  world.forge.assign(SHOP, number, { by, assignee });

describe("an assignment", () => {
  const assigned = { trigger: "assignment" } as const;

  test("to the bot is confirmed, and when it is taken away", async () => {
    const number = oldIssue();
    assign(number);
    expect(await confirm(told(number, assigned))).toMatchObject({
      kind: "confirmed",
      act: expect.stringMatching(/^assignment:\d+$/) as string,
    });
    world.forge.unassign(SHOP, number, { by: "walter", assignee: "kugetsu-bot" });
    expect(await confirm(told(number, { ...assigned, ...taken }))).toMatchObject({
      kind: "confirmed",
    });
  });

  test("of somebody else, while the bot is assigned since long, is denied", async () => {
    const number = oldIssue();
    assign(number);
    world.clock.now += MINUTE;
    assign(number, "olivia");
    const why = "the assignment is too old";
    expect(await confirm(told(number, assigned))).toEqual({ kind: "denied", why });
  });

  test("by somebody else than is told is denied", async () => {
    const number = oldIssue();
    assign(number, "kugetsu-bot", "olivia");
    const why = "somebody else set the assignment";
    expect(await confirm(told(number, assigned))).toEqual({ kind: "denied", why });
  });
});

describe("what an issue is opened with", () => {
  const opening = { actor: () => world.person("walter") };

  test("is one act, whether the label or the assignment is asked about", async () => {
    const number = world.forge.createIssue(SHOP, {
      by: "walter",
      title: "It breaks",
      labels: ["kugetsu"],
      assignees: ["kugetsu-bot"],
    });
    const actor = opening.actor();
    const one = { act: `opening:${number}`, sameAs: [`issue:${number}`] };
    expect(await confirm(told(number, { actor, opening: true }))).toMatchObject(one);
    const trigger = "assignment" as const;
    expect(await confirm(told(number, { actor, trigger }))).toMatchObject(one);
  });

  test("is confirmed as it was, when another act of the opening tells of it", async () => {
    const number = world.forge.createIssue(SHOP, { by: "walter", title: "It breaks" });
    set(number);
    world.clock.now += 40_000;
    world.forge.assign(SHOP, number, { by: "walter", assignee: "kugetsu-bot" });
    expect(await confirm(told(number, { opening: true }))).toMatchObject({
      act: `opening:${number}`,
    });
  });

  test("is neither what somebody else sets nor what is set later", async () => {
    const number = world.forge.createIssue(SHOP, { by: "walter", title: "It breaks" });
    set(number, "olivia");
    const actor = world.person("olivia");
    const act = expect.stringMatching(/^label:/) as string;
    expect(await confirm(told(number, { actor }))).toMatchObject({ act });
    take(number);
    world.clock.now += 2 * MINUTE;
    set(number);
    expect(await confirm(told(number))).toMatchObject({ act });
  });
});
