import { createHmac } from "node:crypto";
import { eq, ne } from "drizzle-orm";
import { expect, test } from "vitest";
import { deliveryId, readGiteaDelivery } from "../../src/forge/gitea/delivery.ts";
import { deliveries, jobs, looks } from "../../src/jobs/schema.ts";
import { createAccept } from "../../src/server/accept.ts";
import { createApp } from "../../src/server/app.ts";
import { capturedDeliveries } from "../forge/gitea/captured.ts";
import { createQueue, keptLog } from "../jobs/queue.ts";

/** What a real server's deliveries ask for, by their number; those that are not named: for nothing. */
const ASKED: Readonly<Record<string, string>> = {
  // Another one's taking away is a label that is set as well: which of them, the forge is asked.
  "005": "label fix #1",
  "006": "label fix #1",
  "009": "assignment fix #1",
  "011": "issue fix #2",
  "012": "comment fix #1",
  "013": "comment fix #1",
  "014": "comment fix #1",
  "015": "comment fix #1",
  "016": "comment status #1",
  "018": "comment continue #1",
  "019": "comment continue #1",
  "021": "comment fix #1",
  "022": "comment fix #1",
  "025": "comment fix #1",
  "026": "comment fix #1",
  "035": "comment continue #3",
  "036": "look at reviews of #3",
  "037": "look at reviews of #3",
  "038": "look at reviews of #3",
  "039": "label fix #3",
  "040": "assignment fix #3",
  "042": "look at state of #3",
  "043": "look at state of #1",
  "045": "issue fix #5",
  "046": "comment fix #5",
  "047": "look at state of #5",
  "048": "look at state of #5",
  "049": "look at state of #1",
  "051": "look at words of #1",
  "052": "look at state of #1",
  "054": "comment fix #1",
};
/** What was ordered on a pull request may have been an answer to words on a line. */
const LOOKED: Readonly<Record<string, string>> = {
  "035": "look at reviews of #3",
  "046": "look at reviews of #5",
};
/** A form, and what hooks without a secret sent. */
const REFUSED: Readonly<Record<string, number>> = {
  "055": 415,
  "056": 401,
  "057": 401,
  "058": 401,
};
const SECRET = "fixture-webhook-secret-0001";

function open() {
  const { db, store } = createQueue();
  const log = keptLog();
  const origin = {
    forge: "gitea",
    instance: "git.example.org",
    bot: { id: 6, login: "kugetsu-bot" },
    triggers: ["comment", "issue", "label", "assignment", "mention"],
    triggerLabel: "kugetsu",
  } as const;
  const told: string[] = [];
  const accept = createAccept({
    store,
    origin: () => origin,
    onJob: () => told.push("job"),
    onLook: () => told.push("look"),
    log,
  });
  const app = createApp({
    forges: new Map([["gitea", { secrets: () => [SECRET], read: readGiteaDelivery, deliveryId }]]),
    accept,
    readiness: async () => ({ parts: {}, forges: {} }),
    log,
  });
  const asked = () => [
    ...db.orm
      .select()
      .from(jobs)
      .all()
      .map(({ act, verb }) => `${act.trigger ?? "comment"} ${verb} #${act.issueNumber}`),
    ...db.orm
      .select()
      .from(looks)
      .where(ne(looks.kind, "repository"))
      .all()
      .map(({ kind, issueNumber }) => `look at ${kind} of #${issueNumber}`),
  ];
  const stored = () => db.orm.select().from(deliveries).all();
  const names = () => db.orm.select().from(looks).where(eq(looks.kind, "repository")).all();
  return { app, asked, stored, names, told, log };
}

const CAPTURED = capturedDeliveries();
const post = ({ headers, body }: (typeof CAPTURED)[number]) => ({ method: "POST", headers, body });

test.each(CAPTURED.map((one) => [one.file, one] as const))(
  "the server takes %s",
  async (file, delivery) => {
    const number = file.slice(0, 3);
    const { app, asked, stored, names, told, log } = open();
    const response = await app.request("/webhooks/gitea", post(delivery));
    const status = REFUSED[number] ?? 202;
    expect(response.status).toBe(status);
    expect(asked()).toEqual([ASKED[number], LOOKED[number]].filter((one) => one !== undefined));
    expect(stored()).toHaveLength(status === 202 ? 1 : 0);
    // Of the repository itself as well, the forge is asked.
    const job = asked().some((one) => !one.startsWith("look")) ? ["job"] : [];
    expect(told).toEqual([
      ...job,
      ...(names().length + asked().length > job.length ? ["look"] : []),
    ]);
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
  },
);

test("all of them, one after the other, are taken as well, and their repositories are followed by id", async () => {
  const { app, stored, names } = open();
  const statuses = [];
  for (const delivery of CAPTURED)
    statuses.push((await app.request("/webhooks/gitea", post(delivery))).status);
  expect(new Set(statuses)).toEqual(new Set([202, 415, 401]));
  expect(stored()).toHaveLength(CAPTURED.length - Object.keys(REFUSED).length);
  // Number 1 was renamed and given to the organization, which no delivery said: the newest name is asked for.
  const newest = names().map(({ repositoryId, owner, name }) => [repositoryId, owner, name]);
  expect(newest.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
    [1, "acme", "store"],
    [3, "acme", "api"],
  ]);
});

test("an order that a repository's and an organization's hook tell is one", async () => {
  const { app, stored, asked } = open();
  const hooks = CAPTURED.filter(({ file }) => /^06[01]/.test(file));
  expect(new Set(hooks.map(({ body }) => body)).size).toBe(1);
  expect(new Set(hooks.map(({ headers }) => deliveryId(headers))).size).toBe(2);
  for (const { headers, body } of hooks) {
    const told = JSON.parse(body) as { issue: { body: string } };
    told.issue.body = "/kugetsu fix";
    const text = JSON.stringify(told);
    const signature = createHmac("sha256", SECRET).update(text).digest("hex");
    const signed = new Headers(headers);
    signed.set("X-Hub-Signature-256", `sha256=${signature}`);
    signed.delete("Content-Length");
    const response = await app.request("/webhooks/gitea", {
      method: "POST",
      headers: signed,
      body: text,
    });
    expect(response.status).toBe(202);
  }
  expect(stored()).toHaveLength(2);
  expect(asked()).toEqual(["issue fix #7"]);
});
