import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confirmAct } from "../../src/admission/confirm.ts";
import type { Job } from "../../src/jobs/job.ts";
import { storedJob } from "../jobs/stored.ts";
import { openWorld, SHOP, type World } from "./world.ts";

const DAY_MS = 24 * 3_600_000;
const FIX = "It breaks.\n\n/kugetsu fix";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const confirm = (job: Job) => confirmAct(world.gitea, job);
const now = () => new Date(Math.floor(world.clock.now / 1000) * 1000).toISOString();

function told(issueNumber: number, change: Partial<Job>): Job {
  const by = world.person("walter");
  return storedJob({
    state: "received",
    ref: `${world.forge.host}/${SHOP}#${issueNumber}`,
    repository: { id: world.repositories[SHOP] ?? 0, owner: "olivia", name: "shop" },
    issueNumber,
    commentId: 0,
    commentUpdatedAt: now(),
    author: by,
    actor: by,
    createdAt: world.clock.now,
    ...change,
  });
}

const open = (body = FIX, by = "walter") =>
  world.forge.createIssue(SHOP, { by, title: "It breaks", body });

const text = (number: number, change: Partial<Job> = {}) =>
  told(number, { trigger: "issue", commentBody: FIX, issueBody: FIX, ...change });

describe("a command in an issue's text", () => {
  test("is confirmed, as one with all that the issue was opened with", async () => {
    const number = open();
    const at = now();
    expect(await confirm(text(number, { opening: true }))).toMatchObject({
      kind: "confirmed",
      act: `issue:${number}`,
      sameAs: [`opening:${number}`],
      at,
    });
  });

  test("is confirmed however much is said below it", async () => {
    const number = open();
    const job = text(number);
    world.clock.now += 60_000;
    world.forge.comment(SHOP, number, { by: "rita", body: "Me too." });
    expect(await confirm(job)).toMatchObject({ kind: "confirmed" });
  });

  test("is confirmed when another person's edit made it, and is no more part of the opening", async () => {
    const number = open("It breaks.", "rita");
    world.clock.now += 2 * DAY_MS;
    world.forge.editIssue(SHOP, number, { by: "olivia", body: FIX });
    const people = { author: world.person("rita"), actor: world.person("olivia") };
    expect(await confirm(text(number, { action: "edited", ...people }))).toMatchObject({
      kind: "confirmed",
      act: `issue:${number}`,
      sameAs: [],
      at: now(),
    });
  });

  test.each<[string, (number: number, job: Job) => Partial<Job> | void, string]>([
    [
      "that was edited meanwhile",
      (number) => world.forge.editIssue(SHOP, number, { by: "walter", body: "Never mind." }),
      "the issue has other words",
    ],
    [
      "of an issue that is gone",
      (number) => world.forge.deleteIssue(SHOP, number),
      "the forge knows no such issue",
    ],
    [
      "that somebody else is said to have written",
      () => ({ author: world.person("olivia"), actor: world.person("olivia") }),
      "somebody else wrote the issue",
    ],
    [
      "that somebody else is said to have opened",
      () => ({ actor: world.person("olivia") }),
      "only its author can have created the issue",
    ],
    [
      "of long ago, however new the issue's last comment is",
      (number) => {
        world.clock.now += 2 * DAY_MS;
        world.forge.comment(SHOP, number, { by: "rita", body: "Me too." });
        return { createdAt: world.clock.now, commentUpdatedAt: now() };
      },
      "the issue is older than a day",
    ],
    [
      "whose edit was long ago",
      () => {
        const commentUpdatedAt = now();
        world.clock.now += 2 * DAY_MS;
        return { action: "edited", createdAt: world.clock.now, commentUpdatedAt };
      },
      "the issue is older than a day",
    ],
  ])("is denied %s", async (_, happens, why) => {
    const number = open();
    const job = text(number);
    expect(await confirm({ ...job, ...happens(number, job) })).toEqual({ kind: "denied", why });
  });
});

const olivia = () => ({ author: world.person("olivia"), actor: world.person("olivia") });

describe("words of a review", () => {
  let pull: number;
  beforeAll(async () => {
    const files = { "README.md": "# A repository\nMended.\n" };
    await world.forge.commit(SHOP, "mend", { by: "walter", message: "Mend it", files });
    pull = await world.forge.openPull(SHOP, { by: "walter", title: "Mended", head: "mend" });
  });

  const review = async (by = "olivia") =>
    world.forge.review(SHOP, pull, {
      by,
      state: "commented",
      body: "/kugetsu fix the rest",
      comments: [{ path: "README.md", line: 2, body: "/kugetsu continue here" }],
    });

  test("are confirmed, its body and a comment on a line", async () => {
    const { id, comments } = await review();
    const [line = 0] = comments;
    const body = {
      trigger: "review",
      commentId: id,
      commentBody: "/kugetsu fix the rest",
      ...olivia(),
    } as const;
    expect(await confirm(told(pull, body))).toMatchObject({
      kind: "confirmed",
      act: `review:${id}`,
      sameAs: [],
      issue: { isPullRequest: true },
    });
    const onLine = {
      trigger: "review_comment",
      commentId: line,
      commentBody: "/kugetsu continue here",
      ...olivia(),
    } as const;
    expect(await confirm(told(pull, onLine))).toMatchObject({
      kind: "confirmed",
      act: `review_comment:${line}`,
    });
  });

  test("are denied with another author, other words, or another place", async () => {
    const { id } = await review("rita");
    const job = {
      trigger: "review",
      commentId: id,
      commentBody: "/kugetsu fix the rest",
      ...olivia(),
    } as const;
    expect(await confirm(told(pull, job))).toMatchObject({ why: "somebody else wrote the review" });
    const rita = { author: world.person("rita"), actor: world.person("rita") };
    expect(await confirm(told(pull, { ...job, ...rita, commentBody: "/kugetsu" }))).toMatchObject({
      why: "the review has other words",
    });
    const onLine = { ...job, ...rita, trigger: "review_comment", commentId: 4711 } as const;
    expect(await confirm(told(pull, onLine))).toMatchObject({
      why: "the forge knows no such comment",
    });
    expect(await confirm(told(world.issue(), { ...job, ...rita }))).toMatchObject({
      kind: "denied",
    });
  });
});
