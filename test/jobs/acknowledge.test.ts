import { describe, expect, test } from "vitest";
import { acknowledgement, rejection, statusMessage, told } from "../../src/jobs/acknowledge.ts";
import type { Job } from "../../src/jobs/job.ts";
import { storedJob } from "./stored.ts";

const job = (change: Partial<Job> = {}) => storedJob({ commentId: 77, ...change });

const key = (change: Partial<Job>) => statusMessage(job(change), "", true).key;
const keys = (change: Partial<Job>) => rejection(job(change), "No.").map((one) => one.key);

const ISSUE = { instance: "localhost:3000", owner: "ann", name: "app", number: 14 };

describe("an acknowledgement", () => {
  test("of a turn is a reaction on the comment, and the status comment", () => {
    expect(acknowledgement(job())).toEqual([
      {
        key: "reaction:eyes:gitea:9:77:5",
        forge: "gitea",
        kind: "reaction",
        target: { ...ISSUE, commentId: 77 },
        body: "eyes",
      },
      {
        key: "status:gitea:9:77:5",
        forge: "gitea",
        kind: "status",
        target: ISSUE,
        body: expect.stringContaining("`fix`") as string,
        urgent: true,
      },
    ]);
  });

  test("of what is answered at once is the reaction alone", () => {
    expect(acknowledgement(job({ lane: "quick", verb: undefined }))).toMatchObject([
      { kind: "reaction", body: "eyes" },
    ]);
  });
});

describe("what is said goes to the words that gave the order", () => {
  test.each<[string, Partial<Job>, object | undefined]>([
    ["a review", { trigger: "review" }, { ...ISSUE, commentId: 77, place: "review" }],
    ["a line", { trigger: "review_comment" }, { ...ISSUE, commentId: 77, place: "review_comment" }],
    ["an issue's text", { trigger: "issue", commentId: 0 }, { ...ISSUE, place: "issue" }],
    ["a label", { trigger: "label", commentId: 0 }, undefined],
    ["an assignment", { trigger: "assignment", commentId: 0 }, undefined],
  ])("%s", (_, change, target) => {
    for (const messages of [acknowledgement(job(change)), rejection(job(change), "No.")]) {
      const reactions = messages.filter(({ kind }) => kind === "reaction");
      expect(reactions.map((one) => one.target)).toEqual(target === undefined ? [] : [target]);
      expect(messages.filter(({ kind }) => kind !== "reaction")).toMatchObject([{ target: ISSUE }]);
    }
  });

  test.each(["label", "assignment"] as const)(
    "nothing is said of what takes a %s's order back",
    (trigger) => {
      expect(acknowledgement(job({ trigger, verb: "stop", lane: "quick" }))).toEqual([]);
    },
  );
});

test("a later status has the first one's key, so that it edits it", () => {
  const [, first] = acknowledgement(job());
  expect(statusMessage(job(), "Working.", false)).toEqual({
    ...first,
    body: "Working.",
    urgent: false,
  });
});

describe("the key of a status", () => {
  test.each<[string, Partial<Job>]>([
    ["another job, such as a second life with a new database", { id: 6 }],
    ["another comment", { commentId: 78 }],
    ["another repository", { repository: { id: 10, owner: "ann", name: "app" } }],
    ["another forge", { forge: "github" }],
    ["words of another place with the same number", { trigger: "review" }],
    ["an issue's text", { trigger: "issue", commentId: 0 }],
    ["a label", { trigger: "label", commentId: 0 }],
    ["an assignment", { trigger: "assignment", commentId: 0 }],
  ])("is another for %s", (_, change) => {
    expect(key(change)).not.toBe(key({}));
  });

  test("is another for another issue, and for the same label set later", () => {
    const labelled = { trigger: "label", commentId: 0 } as const;
    expect(key({ ...labelled, issueNumber: 15 })).not.toBe(key(labelled));
    expect(key({ ...labelled, commentUpdatedAt: "2026-01-01T00:10:00Z" })).not.toBe(key(labelled));
  });

  test("stays when the repository is renamed", () => {
    expect(key({ repository: { id: 9, owner: "bob", name: "new" } })).toBe(key({}));
  });
});

describe("a rejection", () => {
  test("is a reaction, and a short comment", () => {
    expect(rejection(job(), "No.")).toMatchObject([
      { kind: "reaction", body: "-1", target: { commentId: 77 } },
      { kind: "comment", body: "No.", target: ISSUE },
    ]);
  });

  test("reacts to each comment, but comments once for each person and issue", () => {
    const again = keys({ id: 6, commentId: 78 });
    expect(again[0]).not.toBe(keys({})[0]);
    expect(again[1]).toBe(keys({})[1]);
    expect(keys({ actor: { id: 2, login: "bob" } })[1]).not.toBe(keys({})[1]);
    expect(keys({ issueNumber: 15 })[1]).not.toBe(keys({})[1]);
  });
});

describe("whoever asked is told", () => {
  test("by a review request where there is a pull request", () => {
    expect(told(job(), "@ann it is done.", { number: 20 })).toEqual({
      key: "told:gitea:9:77:5",
      forge: "gitea",
      kind: "review",
      target: { ...ISSUE, pull: 20, login: "ann" },
      body: "@ann it is done.",
    });
  });

  test("by a comment where there is none", () => {
    expect(told(job(), "@ann it failed.", undefined)).toMatchObject({
      key: "told:gitea:9:77:5",
      kind: "comment",
      target: ISSUE,
    });
  });
});
