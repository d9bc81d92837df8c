import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAdmit } from "../../src/admission/admit.ts";
import { servedBy } from "../../src/admission/served.ts";
import type { Job } from "../../src/jobs/job.ts";
import { keptLog } from "../jobs/queue.ts";
import { openWorld, type World } from "./world.ts";

const MINUTE_MS = 60_000;
/** Whoever edits there may push. */
const CLOSED = "core/api";
/** There, eve may edit what others wrote, and not push. */
const OPEN = "open/api";

let world: World;
let shop: number;
beforeAll(async () => {
  world = await openWorld();
  const { forge } = world;
  forge.addUser("eve");
  forge.addOrganization("open", { owners: ["olivia", "kugetsu-bot"] });
  for (const [name, code, member] of [
    ["writers", "write", "walter"],
    ["triage", "read", "eve"],
  ] as const) {
    const unitsMap = { "repo.code": code, "repo.issues": "write", "repo.pulls": "write" } as const;
    forge.addTeam("open", { name, unitsMap, members: [member] });
  }
  shop = (await forge.addRepository(OPEN, { files: { a: "a\n" } })).id;
});
afterAll(() => world[Symbol.asyncDispose]());

const admit = async (job: Job) =>
  createAdmit({
    forge: () => world.gitea,
    served: servedBy([]),
    delegateAllow: ["walter"],
    commandAllow: [],
    turnsPerDay: 20,
    turnsToday: async () => 0,
    log: keptLog(),
  })(job);

/** walter says something, eve makes an order of it, and somebody signs that walter did. */
function edited(repository: string, change: Partial<Job> = {}): Job {
  const order = world.order({ repository, body: "Hello." });
  world.clock.now += MINUTE_MS;
  const body = "/kugetsu fix it";
  world.forge.editComment(order.commentId, { by: "eve", body });
  return {
    ...order,
    repository: { ...order.repository, id: world.repositories[repository] ?? shop },
    action: "edited",
    commentBody: body,
    commentUpdatedAt: new Date(world.clock.now).toISOString(),
    createdAt: world.clock.now,
    ...change,
  };
}

describe("where people edit who may not push, and the secret is one that others know", () => {
  test.each(["edited", "created"] as const)(
    "words that the forge says are an edit's give no order, told as %s",
    async (action) => {
      const admission = await admit(edited(OPEN, { action }));
      expect(admission).toMatchObject({ kind: "refused", words: "edited" });
      expect(JSON.stringify(admission)).toContain("kugetsu forge watch");
    },
  );

  test("the text of an issue may be an edit's once anything happened to the issue", async () => {
    const text = (number: number): Job => {
      const body = "/kugetsu fix it";
      const at = new Date(world.clock.now).toISOString();
      const order = edited(OPEN, { trigger: "issue", commentId: 0, action: "created" });
      const said = { commentBody: body, issueBody: body, commentUpdatedAt: at };
      return { ...order, ...said, issueNumber: number };
    };
    const opened = { by: "walter", title: "It breaks", body: "/kugetsu fix it" };
    const number = world.forge.createIssue(OPEN, opened);
    const [untouched, touched] = [text(number), text(number)];
    expect(await admit(untouched)).toMatchObject({ kind: "queued" });
    world.forge.comment(OPEN, number, { by: "eve", body: "Me too." });
    expect(await admit(touched)).toMatchObject({ kind: "refused", words: "edited" });
  });

  test("a new comment gives its order", async () => {
    const order = world.order({ repository: OPEN });
    const job = { ...order, repository: { ...order.repository, id: shop } };
    expect(await admit(job)).toMatchObject({ kind: "queued" });
  });

  test("a hook of its own is believed who edited", async () => {
    expect(await admit(edited(OPEN, { hook: "shop" }))).toMatchObject({ kind: "queued" });
  });
});

test("where all who edit may push, an edit counts whoever it was, but delegates nothing", async () => {
  expect(await admit(edited(CLOSED))).toMatchObject({ kind: "queued" });
  const delegation = { verb: "delegate" } as const;
  expect(await admit(edited(CLOSED, delegation))).toMatchObject({ words: "edited" });
  const told = edited(CLOSED, { ...delegation, hook: "shop" });
  expect(await admit(told)).toMatchObject({ kind: "queued" });
});
