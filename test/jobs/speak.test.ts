import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startSandboxForge } from "../../src/demo/forge/forge.ts";
import type { SandboxForge } from "../../src/demo/forge/sandbox.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { createGitea } from "../../src/forge/gitea.ts";
import type { Message } from "../../src/jobs/message.ts";
import { speak } from "../../src/jobs/speak.ts";

const SHOP = "olivia/shop";
const MARKER = "<!-- kugetsu:status:gitea:1:2:3 -->";
const stack = new AsyncDisposableStack();
let forge: SandboxForge;
let gitea: Forge;

beforeAll(async () => {
  forge = stack.use(await startSandboxForge());
  for (const login of ["olivia", "walter", "nora"]) forge.addUser(login);
  const { token } = forge.addUser("kugetsu-bot");
  gitea = createGitea({ url: forge.url, token });
  await forge.addRepository(SHOP, {
    files: { "README.md": "# The shop\n" },
    collaborators: { walter: "write", "kugetsu-bot": "write" },
  });
});
afterEach(() => {
  forge.clearFaults();
});
afterAll(() => stack.disposeAsync());

const issue = () => forge.createIssue(SHOP, { by: "olivia", title: "It breaks" });
const comments = (number: number) =>
  forge.issue(SHOP, number).comments.map(({ by, body }) => ({ by, body }));
const reviewers = (pull: number) =>
  forge.pulls(SHOP).find(({ number }) => number === pull)?.reviewers;

function message(number: number, change: Partial<Message> = {}): Message {
  return {
    id: 1,
    jobId: 1,
    repositoryId: undefined,
    group: `gitea/${SHOP}#${number}`,
    key: "status:gitea:1:2:3",
    forge: "gitea",
    kind: "status",
    target: { owner: "olivia", name: "shop", number },
    body: "**Working.**",
    remoteId: undefined,
    maybePosted: false,
    version: 1,
    attempts: 1,
    ...change,
  };
}

const say = (what: Message) => speak(gitea, what, (text) => text.replaceAll("s3cret-word", "***"));

describe("a reaction", () => {
  test("stands on its comment, once", async () => {
    const number = issue();
    const commentId = forge.comment(SHOP, number, { by: "walter", body: "/kugetsu fix" });
    const target = { owner: "olivia", name: "shop", number, commentId };
    const reaction = message(number, { kind: "reaction", body: "eyes", target });
    expect(await say(reaction)).toBeUndefined();
    expect(await say(reaction)).toBeUndefined();
    expect(forge.issue(SHOP, number).comments[0]?.reactions).toEqual([
      { by: "kugetsu-bot", content: "eyes" },
    ]);
  });

  test("on a comment that is gone is given up", async () => {
    const number = issue();
    const target = { owner: "olivia", name: "shop", number, commentId: 4711 };
    const reaction = message(number, { kind: "reaction", body: "eyes", target });
    await expect(say(reaction)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a comment", () => {
  test("ends with its hidden marker, without a secret", async () => {
    const number = issue();
    const id = await say(message(number, { body: "It said s3cret-word." }));
    expect(forge.issue(SHOP, number).comments).toMatchObject([
      { id, by: "kugetsu-bot", body: `It said ***.\n\n${MARKER}` },
    ]);
  });

  test("that is known is edited, and stays one", async () => {
    const number = issue();
    const remoteId = await say(message(number));
    expect(await say(message(number, { body: "**Done.**", remoteId }))).toBe(remoteId);
    expect(comments(number)).toEqual([{ by: "kugetsu-bot", body: `**Done.**\n\n${MARKER}` }]);
  });

  test("that is known and gone is not posted again", async () => {
    const number = issue();
    const remoteId = await say(message(number));
    forge.deleteComment(remoteId ?? 0);
    await expect(say(message(number, { remoteId }))).rejects.toMatchObject({ code: "not_found" });
    expect(comments(number)).toEqual([]);
  });

  test("on an issue that is gone is given up", async () => {
    await expect(say(message(4711))).rejects.toMatchObject({ code: "not_found" });
  });

  test("is tried later while the forge is away, and nothing was posted", async () => {
    const number = issue();
    forge.fail({ method: "POST", answer: 503 });
    await expect(say(message(number))).rejects.toMatchObject({ code: "unavailable" });
    expect(comments(number)).toEqual([]);
  });

  test("whose key holds other characters cannot end its marker", async () => {
    const number = issue();
    await say(message(number, { key: "refusal: --> @nora <b>" }));
    expect(comments(number)[0]?.body).toMatch(/\n\n<!-- kugetsu:refusal:_--__+nora_+b_ -->$/);
  });
});

describe("a comment that is longer than a forge takes", () => {
  test("is cut at a line, says so, and still ends with its marker", async () => {
    const number = issue();
    await say(message(number, { body: `\`\`\`\n${"a line of it\n".repeat(10_000)}\`\`\`` }));
    const body = comments(number)[0]?.body ?? "";
    expect(body.length).toBeLessThanOrEqual(60_000);
    expect(body).toMatch(/a line of it\n```\n\n\*… cut here[^\n]+\n\n<!-- kugetsu:[^\n]+ -->$/);
  });
});

describe("a comment whose answer was lost", () => {
  test.each(["drop", 500, 502] as const)("is found and not posted twice: %s", async (answer) => {
    const number = issue();
    forge.fail({ method: "POST", path: /\/comments$/, answer, afterwards: true });
    await expect(say(message(number))).rejects.toMatchObject({ code: "unavailable" });
    const [posted] = forge.issue(SHOP, number).comments;
    const again = message(number, { body: "**Done.**", maybePosted: true, attempts: 2 });
    expect(await say(again)).toBe(posted?.id);
    expect(comments(number)).toEqual([{ by: "kugetsu-bot", body: `**Done.**\n\n${MARKER}` }]);
  });

  test("is posted when it was not", async () => {
    const number = issue();
    forge.fail({ method: "POST", path: /\/comments$/, answer: "drop" });
    await expect(say(message(number))).rejects.toMatchObject({ code: "unavailable" });
    await say(message(number, { maybePosted: true }));
    expect(comments(number)).toHaveLength(1);
  });

  test("is not mistaken for another person's with the same marker", async () => {
    const number = issue();
    const body = `**Working.**\n\n${MARKER}`;
    forge.comment(SHOP, number, { by: "nora", body });
    await say(message(number, { maybePosted: true }));
    expect(comments(number)).toEqual([
      { by: "nora", body },
      { by: "kugetsu-bot", body },
    ]);
  });

  test("is not mistaken for the bot's own with another key, or one that quotes the marker", async () => {
    const number = issue();
    await say(message(number, { key: "status:gitea:1:2:33" }));
    await say(message(number, { key: "other", body: `Somebody wrote ${MARKER}` }));
    await say(message(number, { maybePosted: true }));
    expect(comments(number)).toHaveLength(3);
  });

  test("is not posted while it cannot be looked for", async () => {
    const number = issue();
    forge.fail({ method: "GET", path: /\/comments$/, answer: 503 });
    const again = message(number, { maybePosted: true });
    await expect(say(again)).rejects.toMatchObject({ code: "unavailable" });
    expect(comments(number)).toEqual([]);
  });
});

describe("a review request", () => {
  let heads = 0;

  async function review(login: string, change: Partial<Message> = {}) {
    const number = issue();
    const head = `fix/review-${++heads}`;
    const files = { [`${heads}.txt`]: "x\n" };
    await forge.commit(SHOP, head, { by: "walter", message: "x", files });
    const draft = { title: "x", body: "", head, base: "main" };
    const { number: pull } = await gitea.createPullRequest("olivia", "shop", draft);
    const target = { owner: "olivia", name: "shop", number, pull, login };
    const body = `@${login} it is done.`;
    return { number, pull, what: message(number, { kind: "review", target, body, ...change }) };
  }
  test("tells that person, without a comment", async () => {
    const { number, pull, what } = await review("walter");
    expect(await say(what)).toBeUndefined();
    expect(reviewers(pull)).toEqual(["walter"]);
    expect(comments(number)).toEqual([]);
  });

  test("that the forge refuses becomes a comment", async () => {
    const { number, pull, what } = await review("kugetsu-bot");
    const id = await say(what);
    expect(reviewers(pull)).toEqual([]);
    expect(forge.issue(SHOP, number).comments).toMatchObject([
      { id, body: expect.stringContaining("@kugetsu-bot it is done.") as string },
    ]);
  });

  test("of somebody who is gone becomes a comment", async () => {
    const { number, what } = await review("nobody-here");
    await say(what);
    expect(comments(number)).toHaveLength(1);
  });

  test("is tried later while the forge is away, without a comment", async () => {
    const { number, pull, what } = await review("walter");
    forge.fail({ path: /requested_reviewers/, answer: 503 });
    await expect(say(what)).rejects.toMatchObject({ code: "unavailable" });
    expect(comments(number)).toEqual([]);
    await say({ ...what, maybePosted: true, attempts: 2 });
    expect(reviewers(pull)).toEqual(["walter"]);
  });

  test("whose comment's answer was lost has one comment in the end", async () => {
    const { number, what } = await review("kugetsu-bot");
    forge.fail({ method: "POST", path: /\/comments$/, answer: "drop", afterwards: true });
    await expect(say(what)).rejects.toMatchObject({ code: "unavailable" });
    await say({ ...what, maybePosted: true, attempts: 2 });
    expect(comments(number)).toHaveLength(1);
  });
});

test("nothing is said anew where another repository has the name by now", async () => {
  const number = issue();
  const here = (await gitea.repository("olivia", "shop")).id;
  await say(message(number, { repositoryId: here, body: "Queued." }));
  expect(comments(number)).toHaveLength(1);
  for (const kind of ["status", "comment", "review"] as const) {
    const target = { owner: "olivia", name: "shop", number, pull: number, login: "walter" };
    const theirs = message(number, { repositoryId: here + 1, kind, target, body: "Done." });
    await expect(say(theirs)).rejects.toMatchObject({ code: "not_found" });
  }
  expect(comments(number)).toHaveLength(1);
});
