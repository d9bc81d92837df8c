import { describe, expect, test } from "vitest";
import { capturedDelivery, differences } from "./captured.ts";
import { startReceiver, startWorld, type Receiver } from "./world.ts";

const REPOSITORY = "olivia/shop";
const FILES = { "src/price.js": "export const price = 1;\nexport const sum = 2;\n" };

function toldOf(receiver: Receiver): string[] {
  return receiver.received.map(({ headers, body }) => {
    const { action } = JSON.parse(body) as { action?: string };
    return `${String(headers["x-gitea-event-type"])} ${action ?? "-"}`;
  });
}

describe("what people do", () => {
  test("labels and assignments are told and kept", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { forge } = world;
    const number = forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    forge.addHook(REPOSITORY, { url: receiver.url, secret: "s" });
    forge.label(REPOSITORY, number, { by: "walter", name: "kugetsu" });
    forge.label(REPOSITORY, number, { by: "walter", name: "kugetsu" });
    forge.assign(REPOSITORY, number, { by: "olivia", assignee: "kugetsu-bot" });
    expect(forge.issue(REPOSITORY, number)).toMatchObject({
      labels: ["kugetsu"],
      assignees: ["kugetsu-bot"],
    });
    forge.unlabel(REPOSITORY, number, { by: "walter", name: "kugetsu" });
    forge.unassign(REPOSITORY, number, { by: "olivia", assignee: "kugetsu-bot" });
    await forge.deliveriesSent();
    expect(toldOf(receiver)).toEqual([
      "issue_label label_updated",
      // Set again it is told again.
      "issue_label label_updated",
      "issue_assign assigned",
      "issue_label label_cleared",
      "issue_assign unassigned",
    ]);
    expect(forge.issue(REPOSITORY, number)).toMatchObject({ labels: [], assignees: [] });
  });

  test("a new issue with a label and an assignee is told in three deliveries, as on Gitea", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { forge } = world;
    forge.addHook(REPOSITORY, { url: receiver.url, secret: "s" });
    const people = { by: "olivia", assignees: ["kugetsu-bot"] };
    forge.createIssue(REPOSITORY, { ...people, title: "Total", labels: ["kugetsu"] });
    await forge.deliveriesSent();
    expect(toldOf(receiver)).toEqual([
      "issue_assign assigned",
      "issues opened",
      "issue_label label_updated",
    ]);
  });

  test("a review has words on lines, and is told as a real one", async () => {
    await using receiver = await startReceiver();
    await using world = await startWorld();
    const { forge } = world;
    await forge.commit(REPOSITORY, "fix/issue-1", { by: "walter", message: "Fix", files: FILES });
    const number = await forge.openPull(REPOSITORY, {
      by: "walter",
      title: "Sum",
      head: "fix/issue-1",
    });
    forge.addHook(REPOSITORY, { url: receiver.url, secret: "s" });
    const first = await forge.review(REPOSITORY, number, {
      by: "olivia",
      state: "commented",
      body: "/kugetsu continue see my notes",
      comments: [{ path: "src/price.js", line: 2, body: "Why?" }],
    });
    await forge.review(REPOSITORY, number, {
      by: "olivia",
      state: "changes_requested",
      body: "No",
    });
    await forge.review(REPOSITORY, number, { by: "olivia", state: "approved" });
    const [comment = 0] = first.comments;
    forge.editReviewComment(comment, { by: "olivia", body: "Why so?" });
    const answer = forge.replyToReview(comment, { by: "walter", body: "Because." });
    const other = forge.replyToReview(comment, { by: "walter", body: "Hm." });
    forge.deleteReviewComment(other, "walter");
    await forge.deliveriesSent();

    expect(forge.reviews(REPOSITORY, number)).toMatchObject([
      {
        id: first.id,
        by: "olivia",
        comments: [
          { id: comment, by: "olivia", line: 2, body: "Why so?" },
          { id: answer, by: "walter", line: 2, body: "Because." },
        ],
      },
      { state: "changes_requested", comments: [] },
      { state: "approved" },
    ]);
    expect(toldOf(receiver)).toEqual([
      "pull_request_review_comment reviewed",
      "pull_request_review_rejected reviewed",
      "pull_request_review_approved reviewed",
      // On Gitea a word on a line is told like any comment once its review is handed in.
      "pull_request_comment edited",
      "pull_request_comment created",
      "pull_request_comment created",
      "pull_request_comment deleted",
    ]);
    for (const [index, captured] of ["036", "037", "038"].entries()) {
      const real = JSON.parse(capturedDelivery(captured).body) as unknown;
      const ours = JSON.parse(receiver.received[index]?.body ?? "null") as unknown;
      expect.soft(differences(real, ours), captured).toEqual([]);
    }
  });

  test("a review on a line that the diff does not show is refused", async () => {
    await using world = await startWorld();
    const { forge } = world;
    await forge.commit(REPOSITORY, "fix/issue-1", { by: "walter", message: "Fix", files: FILES });
    const pull = { by: "walter", title: "Sum", head: "fix/issue-1" };
    const number = await forge.openPull(REPOSITORY, pull);
    const comments = [{ path: "src/price.js", line: 9, body: "Why?" }];
    const review = { by: "olivia", state: "commented", comments } as const;
    await expect(forge.review(REPOSITORY, number, review)).rejects.toThrow("no such line");
  });

  test("a pull request comes from a fork, follows its branch and is merged", async () => {
    await using world = await startWorld();
    const { forge } = world;
    await forge.fork(REPOSITORY, { owner: "nora" });
    await forge.commit("nora/shop", "sum", { by: "nora", message: "Sum", files: FILES });
    const pull = { by: "nora", title: "Sum", head: "nora:sum" };
    const number = await forge.openPull(REPOSITORY, pull);
    const change = { by: "nora", message: "More", files: { "more.js": "3\n" } };
    const { sha } = await forge.commit("nora/shop", "sum", change);
    expect(forge.pulls(REPOSITORY)).toMatchObject([
      { number, head: "sum", headRepository: "nora/shop", base: "main" },
    ]);
    const shown = await world.ask("olivia", "GET", `/api/v1/repos/olivia/shop/pulls/${number}`);
    expect(shown.body).toMatchObject({
      changed_files: 2,
      head: { sha, repo: { full_name: "nora/shop", fork: true } },
      base: { repo: { full_name: "olivia/shop", fork: false } },
    });
    await forge.merge(REPOSITORY, number, { by: "olivia" });
    expect(await forge.file(REPOSITORY, "main", "more.js")).toBe("3\n");
  });

  test("a transferred repository is found under both owners and keeps its id", async () => {
    await using world = await startWorld();
    const { forge } = world;
    const before = await world.ask("olivia", "GET", "/api/v1/repos/olivia/shop");
    forge.transfer(REPOSITORY, "walter");
    const after = await world.ask("walter", "GET", "/api/v1/repos/walter/shop");
    const old = await world.ask("walter", "GET", "/api/v1/repos/olivia/shop");
    expect(after.body).toMatchObject({
      id: (before.body as { id: number }).id,
      full_name: "walter/shop",
      owner: { login: "walter" },
    });
    expect(old.body).toEqual(after.body);
  });
});
