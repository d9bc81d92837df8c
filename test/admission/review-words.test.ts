import { expect, test } from "vitest";
import { withReviewWords } from "../../src/admission/review-words.ts";
import type { Issue } from "../../src/forge/forge.ts";
import { createGitea } from "../../src/forge/gitea.ts";
import type { Job } from "../../src/jobs/job.ts";
import type { KugetsuError } from "../../src/kugetsu/errors.ts";
import type { Thread } from "../../src/thread.ts";
import { captured, type CapturedAnswer, replay } from "../forge/gitea/captured.ts";
import { storedJob } from "../jobs/stored.ts";

const OLIVIA = { id: 1, login: "olivia" };
const WALTER = { id: 2, login: "walter" };
const COMMENT = {
  id: 8,
  author: OLIVIA,
  body: "Soon.",
  createdAt: "2026-11-22T17:21:35.000Z",
};
const THREAD: Thread = { title: "A pull", body: "b", author: WALTER, comments: [COMMENT] };
const ISSUE: Issue = {
  number: 3,
  title: "A pull",
  body: "b",
  author: WALTER,
  state: "open",
  isPullRequest: true,
  labels: [],
  assignees: [],
  createdAt: "2026-11-22T17:21:00.000Z",
  updatedAt: "2026-11-22T17:21:00.000Z",
  webUrl: "",
};

/** The thread with the captured reviews: walter's with a note on a line (:33), olivia's (:37), adam's (:40). */
async function read(
  trigger: string,
  change: Partial<Job> = {},
  answers: readonly CapturedAnswer[] = [captured("106"), captured("107")],
  isPatient = true,
) {
  await using server = await replay([captured("001"), ...answers]);
  const gitea = createGitea({ url: server.url, token: "t" });
  const unreadable: string[] = [];
  const repository = { id: 1, owner: "olivia", name: "shop" };
  const job = storedJob({ repository, issueNumber: 3, author: OLIVIA, ...change });
  const onUnreadable = ({ code }: KugetsuError) => unreadable.push(code);
  const facts = { issue: ISSUE, trigger: Date.parse(trigger), isPatient, onUnreadable };
  return { thread: await withReviewWords(gitea, job, THREAD, facts), unreadable };
}

const bodies = ({ comments }: Thread) => comments.map(({ body }) => body);

test("what reviews say stands among the comments, a note on a line with its place, nothing that came later", async () => {
  const { thread } = await read("2026-11-22T17:21:39Z", { commentId: 9 });
  expect(thread).toMatchObject({ title: "A pull", isPullRequest: true });
  expect(bodies(thread)).toEqual([
    "/kugetsu continue see my notes",
    "/kugetsu continue name it sum",
    "Soon.",
    "Please add a test for one line.",
  ]);
  expect(thread.comments[1]).toMatchObject({
    place: "review_comment",
    author: WALTER,
    path: "total.js",
    line: 1,
  });
  expect(thread.orderAt).toBeUndefined();
});

test("an order on a line is told with its place, and what its author wrote in the same review", async () => {
  const order = { trigger: "review_comment", commentId: 26, author: WALTER } as const;
  const { thread } = await read("2026-11-22T17:21:33Z", order);
  expect(thread.orderAt).toEqual({ path: "total.js", line: 1 });
  expect(bodies(thread)).toEqual(["/kugetsu continue see my notes", "Soon."]);
});

test("an order in a review's body is not repeated", async () => {
  const order = { trigger: "review", commentId: 1, author: WALTER } as const;
  const { thread } = await read("2026-11-22T17:21:33Z", order);
  expect(bodies(thread)).toEqual(["/kugetsu continue name it sum", "Soon."]);
});

test("a review of somebody else in the second of the order, or edited after it, is left out", async () => {
  expect(bodies((await read("2026-11-22T17:21:37Z", { author: WALTER })).thread)).toHaveLength(3);
  const [first] = captured("106").body as object[];
  const edited = { ...first, comments_count: 0, updated_at: "2026-11-22T17:22:00Z" };
  const answers = [captured("106", { body: [edited] })];
  expect(bodies((await read("2026-11-22T17:21:39Z", {}, answers)).thread)).toEqual(["Soon."]);
});

test("the bot's own reviews are left out", async () => {
  const [first] = captured("106").body as object[];
  const own = { ...first, comments_count: 0, user: captured("001").body };
  const answers = [captured("106", { body: [own] })];
  expect(bodies((await read("2026-11-22T17:21:39Z", {}, answers)).thread)).toEqual(["Soon."]);
});

test("reviews that may not be read are left out, and that is told; a forge that is away is waited for, not for ever", async () => {
  const { thread, unreadable } = await read("2026-11-22T17:21:39Z", {}, [
    captured("106", { status: 403, body: {} }),
  ]);
  expect(bodies(thread)).toEqual(["Soon."]);
  expect(unreadable).toEqual(["forbidden"]);
  const away = [captured("106", { status: 503, body: {} })];
  await expect(read("2026-11-22T17:21:39Z", {}, away)).rejects.toMatchObject({
    code: "unavailable",
  });
  const without = await read("2026-11-22T17:21:39Z", {}, away, false);
  expect(bodies(without.thread)).toEqual(["Soon."]);
  expect(without.unreadable).toEqual(["unavailable"]);
});
