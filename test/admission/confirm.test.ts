import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confirmAct } from "../../src/admission/confirm.ts";
import type { Job } from "../../src/jobs/job.ts";
import { openWorld, SHOP, type World } from "./world.ts";

const DAY_MS = 24 * 3_600_000;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const confirm = (job: Job) => confirmAct(world.gitea, job);

describe("an act is confirmed", () => {
  test("with what the forge itself says about it", async () => {
    const job = world.order({ body: "Please.\n\n/kugetsu fix it" });
    expect(await confirm(job)).toMatchObject({
      kind: "confirmed",
      repository: { id: job.repository.id, owner: "olivia", name: "shop", archived: false },
      issue: { number: job.issueNumber, title: "It breaks", author: { login: "rita" } },
      act: `comment:${job.commentId}`,
      sameAs: [],
      at: "2026-03-01T12:00:00.000Z",
    });
  });

  test("on a closed issue", async () => {
    const job = world.order();
    world.forge.closeIssue(SHOP, job.issueNumber);
    expect(await confirm(job)).toMatchObject({ kind: "confirmed", issue: { state: "closed" } });
  });

  test("in a repository that was renamed meanwhile, by its new name", async () => {
    const { id } = await world.forge.addRepository("olivia/before", { files: { a: "a\n" } });
    const order = world.order({ repository: "olivia/before" });
    const job = { ...order, repository: { ...order.repository, id } };
    world.forge.rename("olivia/before", "after");
    expect(await confirm(job)).toMatchObject({ kind: "confirmed", repository: { name: "after" } });
  });

  test("whatever the case of the author's name, which the forge does not tell apart", async () => {
    const job = world.order();
    const author = { ...job.author, login: "Walter" };
    expect(await confirm({ ...job, author, actor: author })).toMatchObject({ kind: "confirmed" });
  });

  test("when another person edited it, and both are named", async () => {
    const job = world.order({ by: "rita", body: "/kugetsu" });
    world.forge.editComment(job.commentId, { by: "olivia", body: "/kugetsu fix" });
    const edit = { commentBody: "/kugetsu fix", action: "edited" } as const;
    expect(await confirm({ ...job, ...edit, actor: world.person("olivia") })).toMatchObject({
      kind: "confirmed",
    });
  });

  test("when the delivery came up to a day after its last edit", async () => {
    const job = world.order();
    const createdAt = job.createdAt + DAY_MS;
    expect(await confirm({ ...job, createdAt })).toMatchObject({ kind: "confirmed" });
  });

  test("however long the job has waited for a forge that was away", async () => {
    const job = world.order();
    world.clock.now += 10 * DAY_MS;
    expect(await confirm(job)).toMatchObject({ kind: "confirmed" });
  });
});

/** walter under the name of somebody else, as one who knows the hook's secret could write it. */
const forged = (login: string) => ({ id: world.person("walter").id, login });

describe("an act is denied", () => {
  const nobody = { id: 4711, login: "walter" };

  test.each<[string, (job: Job) => Job | void, string]>([
    [
      "when the comment is gone",
      (job) => world.forge.deleteComment(job.commentId),
      "the forge knows no such comment",
    ],
    [
      "when the issue is gone",
      (job) => world.forge.deleteIssue(SHOP, job.issueNumber),
      "the forge knows no such issue",
    ],
    [
      "when the comment has other words",
      (job) => ({ ...job, commentBody: "/kugetsu fix everything" }),
      "the comment has other words",
    ],
    [
      "when the comment was edited meanwhile",
      (job) => world.forge.editComment(job.commentId, { by: "walter", body: "Never mind." }),
      "the comment has other words",
    ],
    [
      "when somebody else wrote it",
      (job) => ({ ...job, author: world.person("olivia"), actor: world.person("olivia") }),
      "somebody else wrote the comment",
    ],
    [
      "when the author has the right name and another id",
      (job) => ({ ...job, author: nobody, actor: nobody }),
      "somebody else wrote the comment",
    ],
    [
      "when the author has the right id and another's name",
      (job) => ({ ...job, author: forged("olivia"), actor: forged("olivia") }),
      "somebody else wrote the comment",
    ],
    [
      "when only who created it has another's name",
      (job) => ({ ...job, actor: forged("olivia") }),
      "only its author can have created the comment",
    ],
    [
      "when another than its author is said to have created it",
      (job) => ({ ...job, actor: world.person("olivia") }),
      "only its author can have created the comment",
    ],
    [
      "when the repository has another id",
      (job) => ({ ...job, repository: { ...job.repository, id: 4711 } }),
      "the repository has another id",
    ],
    [
      "when there is no such repository",
      (job) => ({ ...job, repository: { ...job.repository, name: "nothing" } }),
      "the forge knows no such repository",
    ],
    [
      "when the comment belongs to another issue",
      (job) => ({ ...job, issueNumber: world.issue() }),
      "the comment belongs to another issue",
    ],
    [
      "when the comment belongs to another repository",
      (job) => ({
        ...job,
        repository: {
          id: world.repositories["olivia/cellar"] ?? 0,
          owner: "olivia",
          name: "cellar",
        },
        issueNumber: world.issue("olivia/cellar"),
      }),
      "the forge knows no such comment",
    ],
    [
      "when the bot is said to have edited it",
      (job) => ({ ...job, action: "edited", actor: world.person("kugetsu-bot") }),
      "the bot wrote it itself",
    ],
    [
      "when a bot is said to have edited it",
      (job) => ({ ...job, action: "edited", actor: world.person("renovate-bot") }),
      "renovate-bot is a bot",
    ],
  ])("%s", async (_, happens, why) => {
    const job = world.order();
    expect(await confirm(happens(job) ?? job)).toEqual({ kind: "denied", why });
  });

  test("when the bot wrote it", async () => {
    const why = "the bot wrote it itself";
    expect(await confirm(world.order({ by: "kugetsu-bot" }))).toEqual({ kind: "denied", why });
  });

  test("when another bot wrote it", async () => {
    const why = "renovate-bot is a bot";
    expect(await confirm(world.order({ by: "renovate-bot" }))).toEqual({ kind: "denied", why });
  });

  test("when it was older than a day as the delivery came", async () => {
    const job = world.order();
    const createdAt = job.createdAt + DAY_MS + 1000;
    const why = "the comment is older than a day";
    expect(await confirm({ ...job, createdAt })).toEqual({ kind: "denied", why });
  });

  test("when the repository is archived", async () => {
    const job = world.order();
    world.forge.archive(SHOP);
    const why = "the repository is archived";
    expect(await confirm(job)).toEqual({ kind: "denied", why });
    world.forge.archive(SHOP, false);
  });
});

describe("nothing is decided", () => {
  test("while the forge cannot be reached", async () => {
    const job = world.order();
    await world.gitea.self();
    await world.forge.down();
    await expect(confirm(job)).rejects.toMatchObject({ code: "unavailable" });
    await world.forge.up();
    expect(await confirm(job)).toMatchObject({ kind: "confirmed" });
  });

  test.each([
    ["the repository", () => "shop"],
    ["the issue", (job: Job) => `issues/${job.issueNumber}`],
    ["the comment", (job: Job) => `issues/comments/${job.commentId}`],
  ])("while the forge does not answer for %s", async (_, pathOf) => {
    const job = world.order();
    world.forge.fail({ path: new RegExp(`/${pathOf(job)}$`), answer: 502 });
    await expect(confirm(job)).rejects.toMatchObject({ code: "unavailable" });
  });
});
