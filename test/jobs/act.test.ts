import { describe, expect, test } from "vitest";
import { keyOfWords, meaningOf } from "../../src/jobs/act.ts";
import type { NewJob } from "../../src/jobs/job.ts";
import { newJob } from "./queue.ts";

const comment = newJob(1);
const label: NewJob = { ...comment, trigger: "label", commentId: 0, commentBody: "" };

describe("what an act means", () => {
  test.each<[string, NewJob, Partial<NewJob>]>([
    ["a comment, however its issue is called", comment, { issueTitle: "Other", issueBody: "" }],
    ["a time in other digits", comment, { commentUpdatedAt: "2026-01-01T02:00:00.000+02:00" }],
    ["a label, whatever the issue says", label, { issueTitle: "Other" }],
    [
      "what an issue is opened with, whatever became of it since",
      { ...label, opening: true },
      { commentUpdatedAt: "2026-01-01T00:00:40Z", only: "idle" },
    ],
  ])("is the same for %s", (_, job, change) => {
    expect(meaningOf({ ...job, ...change })).toBe(meaningOf(job));
  });

  test.each<[string, NewJob, Partial<NewJob>]>([
    ["other words", comment, { commentBody: "/kugetsu continue" }],
    ["another time", comment, { commentUpdatedAt: "2026-01-01T00:00:01Z" }],
    ["another place", comment, { trigger: "review" }],
    ["another repository", comment, { repository: { ...comment.repository, id: 10 } }],
    ["another forge", comment, { forge: "github" }],
    ["another server of that name", comment, { ref: "git.example.org/ann/app#1" }],
    ["another issue", comment, { issueNumber: 2 }],
    ["a repository of another name", comment, { repository: { id: 9, owner: "ann", name: "b" } }],
    ["another author", comment, { author: { id: 2, login: "ann" } }],
    ["an actor of another name", comment, { actor: { id: 1, login: "bob" } }],
    ["a label that is taken away", label, { verb: "stop" }],
    ["a label that somebody else sets", label, { actor: { id: 2, login: "bob" } }],
    ["a label of another issue", label, { issueNumber: 2 }],
    ["a label set later", label, { commentUpdatedAt: "2026-01-01T00:00:01Z" }],
    ["an assignment at the same time", label, { trigger: "assignment" }],
    ["the opening", label, { opening: true }],
    ["an opening with other words", { ...label, opening: true }, { commentBody: "/kugetsu fix" }],
    ["another issue's opening", { ...label, opening: true }, { issueNumber: 2 }],
  ])("is another for %s", (_, job, change) => {
    expect(meaningOf({ ...job, ...change })).not.toBe(meaningOf(job));
  });
});

test.each<[Partial<NewJob>, string]>([
  [{ commentId: 77 }, "comment:77"],
  [{ commentId: 77, trigger: "review" }, "review:77"],
  [{ commentId: 77, trigger: "review_comment" }, "review_comment:77"],
  [{ commentId: 0, trigger: "issue" }, "issue:1"],
])("the words of %o are called %s", (change, key) => {
  expect(keyOfWords(newJob(1, change))).toBe(key);
});
