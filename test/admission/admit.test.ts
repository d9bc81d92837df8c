import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createAdmit, type AdmitOptions } from "../../src/admission/admit.ts";
import { servedBy } from "../../src/admission/served.ts";
import { parseRef } from "../../src/kugetsu/ref.ts";
import { createWorker } from "../../src/jobs/worker.ts";
import { accepted, CAPS, createQueue, disposing, keptLog } from "../jobs/queue.ts";
import { openWorld, SHOP, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

function create(options: Partial<AdmitOptions> = {}) {
  const log = keptLog();
  const admit = createAdmit({
    forge: () => world.gitea,
    served: servedBy([]),
    delegateAllow: [],
    commandAllow: [],
    turnsPerDay: 20,
    turnsToday: async () => 0,
    log,
    ...options,
  });
  return { admit, log };
}

const delegation = () => world.order({ body: "/kugetsu delegate it" }, { verb: "delegate" });

test("a confirmed order of somebody with the right is queued with its thread", async () => {
  const { admit } = create();
  const job = world.order();
  expect(await admit(job)).toEqual({
    kind: "queued",
    thread: { title: "It breaks", body: "Badly.", author: world.person("rita"), comments: [] },
    act: `comment:${job.commentId}`,
    sameAs: [],
  });
});

test("an order that the forge does not confirm is dropped, and nobody is told", async () => {
  const { admit, log } = create();
  const job = world.order({ by: "nora", body: "Hello." }, { commentBody: "/kugetsu fix" });
  expect(await admit(job)).toEqual({
    kind: "dropped",
    why: "the comment has other words",
    denied: true,
  });
  expect(log.lines).toEqual([]);
});

test("for a repository that the operator does not serve, the forge is not even asked", async () => {
  const { admit } = create({ served: servedBy(["acme"]) });
  const job = world.order();
  const asked = world.forge.requests.length;
  expect(await admit(job)).toMatchObject({ kind: "dropped" });
  expect(world.forge.requests).toHaveLength(asked);
});

test("a repository that was renamed to what the operator does not serve is dropped", async () => {
  const { id } = await world.forge.addRepository("olivia/served", { files: { a: "a\n" } });
  const order = world.order({ by: "olivia", repository: "olivia/served" });
  const job = { ...order, repository: { ...order.repository, id } };
  const { admit } = create({ served: servedBy(["olivia/served"]) });
  world.forge.rename("olivia/served", "other");
  expect(await admit(job)).toMatchObject({ kind: "dropped" });
});

test("an order of a delivery that tells an old name gets the ref and the repository that the forge tells", async () => {
  const { id } = await world.forge.addRepository("olivia/early", {
    files: { a: "a\n" },
    collaborators: { walter: "write", "kugetsu-bot": "admin" },
  });
  const order = world.order({ repository: "olivia/early" });
  const { identifier } = parseRef(order.ref);
  const job = { ...order, repository: { ...order.repository, id } };
  world.forge.rename("olivia/early", "late");
  expect(await create().admit(job)).toMatchObject({
    kind: "queued",
    ref: `${world.forge.host}/olivia/late#${identifier}`,
    repository: { id, owner: "olivia", name: "late" },
  });
  const told: unknown[] = [];
  const { admit } = create({
    nameInRefs: async (found) => {
      told.push(found);
      return { owner: "olivia", name: "early" };
    },
  });
  // A delivery of afterwards, as long as the sessions have the old name.
  const repository = { id, owner: "olivia", name: "late" };
  const ref = order.ref.replace("early", "late");
  expect(await admit({ ...job, ref, repository })).toMatchObject({ ref: order.ref });
  expect(told).toMatchObject([
    { forge: job.forge, instance: world.forge.host, repository: { id, name: "late" } },
  ]);
});

test("what needs no agent is queued without a thread, and the forge is not asked for it", async () => {
  const { admit } = create();
  const job = world.order({}, { lane: "quick", verb: "status" });
  const asked = world.forge.requests.length;
  expect(await admit(job)).toMatchObject({ kind: "queued", thread: undefined });
  const paths = world.forge.requests.slice(asked).map(({ path }) => path);
  expect(paths.filter((path) => /issues\/\d+\/comments/.test(path))).toEqual([]);
});

/** A pull request of that person's, from a branch of the shop. */
async function openPull(by: "kugetsu-bot" | "walter", head: string, body = ""): Promise<number> {
  await world.forge.commit(SHOP, head, { by: "walter", message: "x", files: { [head]: "x\n" } });
  return world.forge.openPull(SHOP, { by, title: "x", body, head });
}

const refOf = (number: number) => `${world.forge.host}/${SHOP}#${number}`;

test("an order on the bot's own pull request goes on in its issue's session; the thread is the pull request's", async () => {
  const { admit } = create();
  const issue = world.issue();
  const number = await openPull("kugetsu-bot", `fix/issue-${issue}-2`, "Fixes #9999");
  world.clock.now += 60_000;
  const said = world.forge.comment(SHOP, number, { by: "rita", body: "Too long." });
  world.clock.now += 60_000;
  const job = world.order({ issue: number });
  expect(await admit(job)).toMatchObject({
    kind: "queued",
    ref: refOf(issue),
    isPullRequest: true,
    thread: { title: "x", isPullRequest: true, comments: [{ id: said, body: "Too long." }] },
  });
  for (const verb of ["status", "stop"] as const) {
    const quick = world.order({ issue: number }, { verb, lane: "quick" });
    expect(await admit(quick)).toMatchObject({ kind: "queued", ref: refOf(issue) });
  }
});

test("a branch of another name is the issue's that the bot's own line names last", async () => {
  const { admit } = create();
  const body = "It said:\nFixes #77\n\nFixes #78\r\n\n---\n\nRequested by `walter`, Fixes #79";
  const number = await openPull("kugetsu-bot", "imported", body);
  expect(await admit(world.order({ issue: number }))).toMatchObject({ ref: refOf(78) });
});

test("an order on somebody's pull request has a session of its own, whatever that claims to fix", async () => {
  const { admit } = create();
  const issue = world.issue();
  const number = await openPull("walter", `fix/issue-${issue}`, `Fixes #${issue}`);
  const admission = await admit(world.order({ issue: number }));
  expect(admission).toMatchObject({ kind: "queued", ref: refOf(number), isPullRequest: true });
});

test("an order on a pull request from a fork is refused with what to do, help is not", async () => {
  const { admit } = create();
  await world.forge.fork(SHOP, { owner: "nora" });
  const change = { by: "nora", message: "x", files: { forked: "x\n" } };
  await world.forge.commit("nora/shop", "theirs", change);
  const draft = { by: "nora", title: "x", head: "nora:theirs" };
  const issue = await world.forge.openPull(SHOP, draft);
  const admission = await admit(world.order({ issue }));
  expect(admission).toMatchObject({ kind: "refused", words: "fork" });
  expect(JSON.stringify(admission)).toContain("Push the branch to this repository");
  const help = world.order({ issue }, { verb: "help", lane: "quick" });
  expect(await admit(help)).toMatchObject({ kind: "queued" });
});

test("to the default branch nothing is pushed for a pull request either", async () => {
  const { admit } = create();
  const files = { released: "x\n" };
  await world.forge.commit(SHOP, "release", { by: "olivia", message: "x", files });
  const draft = { by: "olivia", title: "x", head: "main", base: "release" };
  const issue = await world.forge.openPull(SHOP, draft);
  const admission = await admit(world.order({ issue }));
  expect(admission).toMatchObject({ kind: "refused", words: "default_branch" });
});

test("the reviews of a pull request that cannot be read are left out, and the operator is told", async () => {
  const { admit, log } = create();
  const number = await openPull("walter", "unread");
  world.forge.fail({ path: /\/reviews/, answer: 403, times: Infinity });
  const admission = await admit(world.order({ issue: number }));
  world.forge.clearFaults();
  expect(admission).toMatchObject({ kind: "queued", thread: { comments: [] } });
  expect(log.lines).toContainEqual(expect.objectContaining({ level: "warn" }));
});

test("reviews that the forge fails to tell are waited for a few times", async () => {
  const { admit, log } = create();
  const order = world.order({ issue: await openPull("walter", "untold") });
  world.forge.fail({ path: /\/reviews/, answer: 500, times: Infinity });
  await expect(admit(order, { tries: 2 })).rejects.toMatchObject({ code: "unavailable" });
  const admission = await admit(order, { tries: 3 });
  world.forge.clearFaults();
  expect(admission).toMatchObject({ kind: "queued", thread: { comments: [] } });
  expect(log.lines).toContainEqual(expect.objectContaining({ level: "warn" }));
});

test("without the right it is refused with a reaction and a short comment that mentions nobody", async () => {
  const { admit, log } = create();
  const job = world.order({ by: "rita" });
  const admission = await admit(job);
  expect(admission).toMatchObject({
    kind: "refused",
    words: "no_right",
    say: [
      { kind: "reaction", body: "-1", target: { commentId: job.commentId } },
      { kind: "comment", body: expect.stringContaining("can push") as string },
    ],
  });
  expect(JSON.stringify(admission)).not.toContain("@rita");
  expect(log.lines).toMatchObject([{ level: "warn", fields: { job: job.id, who: "rita" } }]);
});

test("an edit is refused in the name of the person whose right is missing", async () => {
  const { admit } = create();
  const job = world.order({ by: "rita" }, { action: "edited", actor: world.person("olivia") });
  const admission = await admit(job);
  expect(admission).toMatchObject({ kind: "refused", words: "no_right" });
  expect(JSON.stringify(admission)).toContain("`rita`");
  expect(JSON.stringify(admission)).not.toContain("`olivia`");
});

test("a second refusal of the same person in the same issue has the key of the first one's comment", async () => {
  const { admit } = create();
  const issue = world.issue();
  const keys = async (by: string, at = issue) => {
    const admission = await admit(world.order({ by, issue: at }));
    if (admission.kind !== "refused") throw new Error(admission.kind);
    return admission.say.map(({ key }) => key);
  };
  const [first, second] = [await keys("rita"), await keys("rita")];
  expect(second[0]).not.toBe(first[0]);
  expect(second[1]).toBe(first[1]);
  expect((await keys("nora"))[1]).not.toBe(first[1]);
  expect((await keys("rita", world.issue()))[1]).not.toBe(first[1]);
});

test("where the forge does not tell, it is refused; what could be done goes to the operator alone", async () => {
  const { admit, log } = create();
  const admission = await admit(world.order({ repository: "acme/api" }));
  const help = expect.stringContaining("read:organization") as string;
  expect(admission).toMatchObject({ kind: "refused", words: "unknown", help });
  expect(log.lines).toMatchObject([{ level: "warn", fields: { help } }]);
  const said = admission.kind === "refused" ? admission.say : [];
  expect(JSON.stringify(said)).toContain("could not find out");
  expect(JSON.stringify(said)).not.toContain("read:organization");
});

test("to delegate takes an admin, or somebody whom the operator names", async () => {
  expect(await create().admit(delegation())).toMatchObject({ kind: "refused", words: "no_admin" });
  const named = create({ delegateAllow: ["walter"] });
  expect(await named.admit(delegation())).toMatchObject({ kind: "queued" });
});

test("while the forge is down nothing is decided, and the job stays until it is back", async () => {
  const { store, leases, owner, clock } = createQueue();
  const { admit } = create();
  const handled: number[] = [];
  const worker = disposing(
    createWorker({
      store,
      leases,
      owner,
      admit,
      handle: async (job) => {
        handled.push(job.id);
        return { state: "done", words: "Done." };
      },
      report: () => [],
      caps: () => CAPS,
      log: keptLog(),
      graceMs: 0,
      pollMs: 1_000_000,
      now: () => clock.now,
      random: () => 0,
    }),
  );
  await world.gitea.self();
  const order = world.order();
  await world.forge.down();
  await expect(admit(order)).rejects.toMatchObject({ code: "unavailable" });
  const id = await accepted(store, order);
  await worker.start();
  await vi.waitFor(async () => {
    expect(await store.nextReceived([])).toBeUndefined();
  });
  expect(await store.get(id)).toMatchObject({ state: "received" });
  await world.forge.up();
  clock.now += 3_600_000;
  worker.wake();
  expect(await worker.finished(id)).toMatchObject({ state: "done" });
  expect(handled).toEqual([id]);
});

test("who has used up the day's turns is told so", async () => {
  const { admit } = create({ turnsPerDay: 3, turnsToday: async () => 3 });
  const admission = await admit(world.order());
  expect(admission).toMatchObject({ kind: "refused", words: "daily_limit" });
  expect(JSON.stringify(admission)).toContain("your 3 turns");
});
