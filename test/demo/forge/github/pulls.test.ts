import { describe, expect, test } from "vitest";
import { openFix, REPOSITORY, SHOP, startGitHub } from "./world.ts";

const PULL = { ...SHOP, pull_number: 1 } as const;

/** What GitHub's client throws for a 422 about a pull request. */
function problem(message: string | undefined, more: object = {}) {
  const error = { resource: "PullRequest", ...(message && { code: "custom", message }), ...more };
  return {
    status: 422,
    response: { data: { message: "Validation Failed", errors: [error] } },
  };
}

describe("pull requests", () => {
  test("are opened once, from a branch that is there and has something new", async () => {
    await using world = await startGitHub();
    const { forge } = world;
    const { rest } = world.as("kugetsu-bot");
    const open = async (head: string, base = "main") =>
      rest.pulls.create({ ...SHOP, title: "Sum", body: "Fixes #1", head, base });
    const files = { "sum.js": "1\n" };
    await forge.commit(REPOSITORY, "fix/issue-1", { by: "walter", message: "Sum", files });
    await expect(open("gone")).rejects.toMatchObject(
      problem(undefined, { field: "head", code: "invalid" }),
    );
    await expect(open("fix/issue-1", "gone")).rejects.toMatchObject(
      problem(undefined, { field: "base", code: "invalid" }),
    );
    await expect(open("main", "fix/issue-1")).rejects.toMatchObject(
      problem("No commits between fix/issue-1 and main"),
    );
    const { data, status } = await open("fix/issue-1");
    expect(status).toBe(201);
    expect(data).toMatchObject({
      number: 1,
      state: "open",
      merged: false,
      commits: 1,
      changed_files: 1,
      head: { label: "olivia:fix/issue-1", repo: { full_name: REPOSITORY } },
    });
    await expect(open("fix/issue-1")).rejects.toMatchObject(
      problem("A pull request already exists for olivia:fix/issue-1."),
    );
    const strangers = world.as("nora").rest.pulls;
    const draft = { ...SHOP, title: "Sum", head: "main", base: "fix/issue-1" };
    await expect(strangers.create(draft)).rejects.toMatchObject({ status: 422 });
  });

  test("are found by their head, and tell when they are merged or come from a fork", async () => {
    await using world = await startGitHub();
    const { forge } = world;
    await openFix(forge);
    await forge.fork(REPOSITORY, { owner: "nora" });
    const files = { "nora.js": "1\n" };
    await forge.commit("nora/shop", "fix/issue-1", { by: "nora", message: "Mine", files });
    const pull = { by: "nora", title: "Mine", head: "nora:fix/issue-1" };
    const second = await forge.openPull(REPOSITORY, pull);
    const { rest } = world.as("kugetsu-bot");
    const from = async (head: string) => {
      const { data } = await rest.pulls.list({ ...SHOP, head, state: "all" });
      return data.map(({ number }) => number);
    };
    expect(await from("olivia:fix/issue-1")).toEqual([1]);
    expect(await from("nora:fix/issue-1")).toEqual([second]);
    // As on GitHub, a head without its owner filters nothing.
    expect(await from("fix/issue-1")).toEqual([second, 1]);
    await forge.merge(REPOSITORY, 1, { by: "olivia" });
    const merged = await rest.pulls.get(PULL);
    expect(merged.data).toMatchObject({
      state: "closed",
      merged: true,
      merged_by: { login: "olivia" },
    });
    const foreign = await rest.pulls.get({ ...SHOP, pull_number: second });
    expect(foreign.data.head.repo).toMatchObject({ full_name: "nora/shop", fork: true });
    const issue = await rest.issues.get({ ...SHOP, issue_number: second });
    expect(issue.data.pull_request?.url).toBe(foreign.data.url);
  });

  test("ask collaborators for a review, and nobody else", async () => {
    await using world = await startGitHub();
    await openFix(world.forge);
    const { pulls } = world.as("kugetsu-bot").rest;
    const ask = async (login: string) => pulls.requestReviewers({ ...PULL, reviewers: [login] });
    const { data } = await ask("olivia");
    expect(data.requested_reviewers).toMatchObject([{ login: "olivia" }]);
    await world.forge.review(REPOSITORY, 1, { by: "olivia", state: "approved" });
    const reviewed = await pulls.get(PULL);
    expect(reviewed.data.requested_reviewers).toEqual([]);
    await expect(ask("nora")).rejects.toMatchObject({ status: 422 });
    await expect(ask("walter")).rejects.toMatchObject({
      status: 422,
      response: { data: { message: "Review cannot be requested from pull request author." } },
    });
  });

  test("have reviews with words on lines, which are answered, edited and removed", async () => {
    await using world = await startGitHub();
    const { forge } = world;
    await openFix(forge);
    const olivia = world.as("olivia").rest;
    const given = await olivia.pulls.createReview({
      ...PULL,
      event: "REQUEST_CHANGES",
      body: "Please see below.",
      comments: [{ path: "src/price.js", line: 2, body: "/kugetsu continue rename it" }],
    });
    const bot = world.as("kugetsu-bot").rest;
    const review_id = given.data.id;
    const review = await bot.pulls.getReview({ ...PULL, review_id });
    expect(review.data).toMatchObject({ state: "CHANGES_REQUESTED", body: "Please see below." });
    const lines = await bot.pulls.listCommentsForReview({ ...PULL, review_id });
    expect(lines.data).toMatchObject([
      {
        path: "src/price.js",
        diff_hunk: "@@ -1 +1,2 @@\n export const price = 1;\n+export const sum = 2;",
        body: "/kugetsu continue rename it",
      },
    ]);
    const comment_id = lines.data[0]?.id ?? 0;
    const reply = await bot.pulls.createReplyForReviewComment({ ...PULL, comment_id, body: "Yes" });
    expect(reply.data.in_reply_to_id).toBe(comment_id);
    const at = { ...SHOP, comment_id };
    const reaction = await bot.reactions.createForPullRequestReviewComment({
      ...at,
      content: "eyes",
    });
    expect(reaction.status).toBe(201);
    await olivia.pulls.updateReviewComment({ ...at, body: "/kugetsu continue call it total" });
    const read = await bot.pulls.getReviewComment(at);
    expect(read.data).toMatchObject({
      body: "/kugetsu continue call it total",
      reactions: { eyes: 1 },
    });
    const all = await bot.pulls.listReviewComments(PULL);
    expect(all.data.map(({ id }) => id)).toEqual([comment_id, reply.data.id]);
    await olivia.pulls.deleteReviewComment(at);
    await expect(bot.pulls.getReviewComment(at)).rejects.toMatchObject({ status: 404 });
    await expect(
      world.as("walter").rest.pulls.createReview({ ...PULL, event: "APPROVE" }),
    ).rejects.toMatchObject({ status: 422 });
  });
});
