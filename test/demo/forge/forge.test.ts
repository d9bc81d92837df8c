import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startSandboxForge } from "../../../src/demo/forge/forge.ts";
import { startReceiver, startWorld } from "./world.ts";

const REPOSITORY = "olivia/shop";
const API = "/api/v1/repos/olivia/shop";

describe("a thread", () => {
  test("shows every earlier body of a comment, its reactions, and whole seconds", async () => {
    const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    await using world = await startWorld({ now: () => now });
    const { forge, ask } = world;
    const number = forge.createIssue(REPOSITORY, { by: "olivia", title: "Total", body: "NaN" });
    const posted = await ask("bot", "POST", `${API}/issues/${number}/comments`, { body: "Queued" });
    const { id } = posted.body as { id: number };
    for (const body of ["Working", "Working", "Done"])
      await ask("bot", "PATCH", `${API}/issues/comments/${id}`, { body });
    await ask("bot", "POST", `${API}/issues/comments/${id}/reactions`, { content: "eyes" });
    expect(forge.issue(REPOSITORY, number).comments).toEqual([
      {
        id,
        by: "kugetsu-bot",
        body: "Done",
        createdAt: "2026-01-02T03:04:05Z",
        updatedAt: "2026-01-02T03:04:05Z",
        edits: ["Queued", "Working"],
        reactions: [{ by: "kugetsu-bot", content: "eyes" }],
      },
    ]);
  });

  test("shares one sequence of numbers with the pull requests", async () => {
    await using world = await startWorld();
    const { forge, ask } = world;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "One" });
    await forge.commit(REPOSITORY, "b", { by: "walter", message: "x", files: { x: "1\n" } });
    await ask("walter", "POST", `${API}/pulls`, { title: "Two", head: "b", base: "main" });
    expect(forge.createIssue(REPOSITORY, { by: "olivia", title: "Three" })).toBe(3);
    expect(forge.pulls(REPOSITORY).map((pull) => pull.number)).toEqual([2]);
  });
});

describe("comments in the API", () => {
  test("of one issue come all at once, whatever page is asked for", async () => {
    await using world = await startWorld();
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    for (let index = 0; index < 60; index += 1) {
      world.forge.comment(REPOSITORY, 1, { by: "olivia", body: `${index}` });
    }
    const { body } = await world.ask("bot", "GET", `${API}/issues/1/comments?page=2&limit=5`);
    expect(body).toHaveLength(60);
    const paged = await world.ask("bot", "GET", `${API}/issues/comments?page=2&limit=5`);
    expect((paged.body as { body: string }[]).map((comment) => comment.body)).toEqual([
      "5",
      "6",
      "7",
      "8",
      "9",
    ]);
  });

  test("are chosen by the time of their last change", async () => {
    let now = Date.UTC(2026, 0, 1, 0, 0, 0);
    await using world = await startWorld({ now: () => now });
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    const first = world.forge.comment(REPOSITORY, 1, { by: "olivia", body: "first" });
    now += 60_000;
    world.forge.comment(REPOSITORY, 1, { by: "olivia", body: "second" });
    const since = new Date(now).toISOString();
    const bodies = async () => {
      const { body } = await world.ask(
        "bot",
        "GET",
        `${API}/issues/comments?since=${encodeURIComponent(since)}`,
      );
      return (body as { body: string }[]).map((comment) => comment.body);
    };
    expect(await bodies()).toEqual(["second"]);
    now += 60_000;
    world.forge.editComment(first, { by: "olivia", body: "first again" });
    expect(await bodies()).toEqual(["first again", "second"]);
  });

  test("of another repository are not found under this one", async () => {
    await using world = await startWorld();
    world.forge.createIssue("olivia/vault", { by: "olivia", title: "x" });
    const id = world.forge.comment("olivia/vault", 1, { by: "olivia", body: "secret" });
    const answer = await world.ask("olivia", "GET", `${API}/issues/comments/${id}`);
    expect([answer.status, answer.body]).toEqual([404, ""]);
  });

  test("over the size limit are refused, and a long one is taken", async () => {
    await using world = await startWorld();
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    const long = await world.ask("bot", "POST", `${API}/issues/1/comments`, {
      body: "x".repeat(70_000),
    });
    expect(long.status).toBe(201);
    const huge = await world.ask("bot", "POST", `${API}/issues/1/comments`, {
      body: "x".repeat(11_000_000),
    });
    expect(huge.status).toBe(413);
  });
});

test("lists come in pages with the addresses of the others", async () => {
  await using world = await startWorld();
  for (let index = 0; index < 35; index += 1)
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
  const first = await world.ask("bot", "GET", `${API}/issues`);
  expect(first.body).toHaveLength(30);
  expect(first.headers.get("x-total-count")).toBe("35");
  const { url } = world.forge;
  expect(first.headers.get("link")).toBe(
    `<${url}${API}/issues?page=2>; rel="next",<${url}${API}/issues?page=2>; rel="last"`,
  );
});

describe("pull requests", () => {
  test("are merged with a real merge commit that closes the issue they fix", async () => {
    await using world = await startWorld();
    const { forge, ask } = world;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    await forge.commit(REPOSITORY, "fix/issue-1", {
      by: "kugetsu-bot",
      message: "x",
      files: { "total.js": "1\n" },
    });
    await forge.commit(REPOSITORY, "main", {
      by: "olivia",
      message: "meanwhile",
      files: { "other.js": "2\n" },
    });
    await ask("bot", "POST", `${API}/pulls`, {
      title: "T",
      body: "Fixes #1",
      head: "fix/issue-1",
      base: "main",
    });
    const { sha } = await forge.merge(REPOSITORY, 2, { by: "olivia" });
    expect(forge.branches(REPOSITORY).get("main")).toBe(sha);
    expect(await forge.file(REPOSITORY, "main", "total.js")).toBe("1\n");
    expect(await forge.file(REPOSITORY, "main", "other.js")).toBe("2\n");
    expect(forge.issue(REPOSITORY, 1).state).toBe("closed");
    expect(forge.pulls(REPOSITORY)).toMatchObject([
      { merged: true, state: "closed", by: "kugetsu-bot" },
    ]);
    expect((await ask("bot", "PATCH", `${API}/pulls/2`, { state: "open" })).status).toBe(412);
  });

  test("in conflict are not mergeable, and lose their head with the branch", async () => {
    await using world = await startWorld();
    const { forge, ask } = world;
    await forge.commit(REPOSITORY, "b", {
      by: "walter",
      message: "x",
      files: { "README.md": "b\n" },
    });
    await ask("walter", "POST", `${API}/pulls`, { title: "T", head: "b", base: "main" });
    await forge.commit(REPOSITORY, "main", {
      by: "olivia",
      message: "y",
      files: { "README.md": "main\n" },
    });
    expect((await ask("bot", "GET", `${API}/pulls/1`)).body).toMatchObject({ mergeable: false });
    expect((await ask("walter", "POST", `${API}/pulls/1/merge`, { Do: "merge" })).status).toBe(405);
    await forge.deleteBranch(REPOSITORY, "b");
    expect(forge.pulls(REPOSITORY)[0]?.state).toBe("closed");
  });

  test("take review requests for readers once, and none for their own author", async () => {
    await using world = await startWorld();
    const { forge, ask } = world;
    await forge.commit(REPOSITORY, "b", { by: "kugetsu-bot", message: "x", files: { x: "1\n" } });
    await ask("bot", "POST", `${API}/pulls`, { title: "T", head: "b", base: "main" });
    const request = async (login: string) =>
      ask("bot", "POST", `${API}/pulls/1/requested_reviewers`, { reviewers: [login] });
    const [first, again, own, nobody] = [
      await request("olivia"),
      await request("olivia"),
      await request("kugetsu-bot"),
      await request("nobody"),
    ];
    expect([first.status, again.status, own.status, nobody.status]).toEqual([201, 201, 422, 404]);
    expect(first.body).toMatchObject([{ state: "REQUEST_REVIEW", user: { login: "olivia" } }]);
    expect(again.body).toEqual([]);
    expect(forge.pulls(REPOSITORY)[0]?.reviewers).toEqual(["olivia"]);
  });
});

describe("until", () => {
  test("resolves on the change that makes it true", async () => {
    await using world = await startWorld();
    const { forge } = world;
    const seen = forge.until((one) => one.issue(REPOSITORY, 1).comments.length === 2, {
      what: "two comments",
    });
    forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    forge.comment(REPOSITORY, 1, { by: "olivia", body: "1" });
    forge.comment(REPOSITORY, 1, { by: "olivia", body: "2" });
    await expect(seen).resolves.toBeUndefined();
  });

  test("says what it waited for, and why it failed, when time is up", async () => {
    await using world = await startWorld();
    const waiting = world.forge.until((one) => one.issue(REPOSITORY, 9).title === "x", {
      timeoutMs: 20,
      what: "issue 9",
    });
    await expect(waiting).rejects.toThrow("Timed out after 20 ms: issue 9");
    await expect(waiting).rejects.toHaveProperty(
      "cause.message",
      expect.stringContaining("olivia/shop#9"),
    );
  });

  test("misses no change while the predicate is still at work", async () => {
    await using world = await startWorld();
    const { forge } = world;
    let asked = 0;
    await forge.until(async () => {
      asked += 1;
      if (asked === 1) forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
      await Promise.resolve();
      return asked > 1;
    });
    expect(asked).toBe(2);
  });
});

describe("faults", () => {
  test("answer, drop or hang the requests they are armed for, and no others", async () => {
    await using world = await startWorld();
    const { forge, ask } = world;
    forge.fail({ method: "GET", path: /\/user$/, answer: 503, headers: { "retry-after": "7" } });
    forge.fail({ path: /\/version$/, answer: "drop" });
    forge.fail({ path: /settings/, answer: "hang" });
    const failed = await ask("bot", "GET", "/api/v1/user");
    expect([failed.status, failed.headers.get("retry-after")]).toEqual([503, "7"]);
    expect((await ask("bot", "GET", "/api/v1/user")).status).toBe(200);
    await expect(ask("bot", "GET", "/api/v1/version")).rejects.toThrow("fetch failed");
    const impatient = new AbortController();
    const hanging = fetch(`${forge.url}/api/v1/settings/ui`, { signal: impatient.signal });
    await forge.until((one) => one.requests.some((request) => request.status === "hang"));
    impatient.abort();
    await expect(hanging).rejects.toThrow("abort");
    expect(forge.requests.map((request) => request.status)).toEqual([503, 200, "drop", "hang"]);
  });

  test("can lose the answer of an act that was done", async () => {
    await using world = await startWorld();
    const { forge, ask } = world;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
    forge.fail({ method: "POST", path: /comments$/, answer: "drop", afterwards: true });
    await expect(ask("bot", "POST", `${API}/issues/1/comments`, { body: "there" })).rejects.toThrow(
      "fetch failed",
    );
    expect(forge.issue(REPOSITORY, 1).comments).toHaveLength(1);
  });

  test("refuse connections while the forge is down, and keep everything for when it is up", async () => {
    await using world = await startWorld();
    const { forge, ask } = world;
    await forge.down();
    await expect(ask("bot", "GET", "/api/v1/version")).rejects.toThrow("fetch failed");
    forge.createIssue(REPOSITORY, { by: "olivia", title: "written meanwhile" });
    await forge.up();
    expect((await ask("bot", "GET", `${API}/issues/1`)).body).toMatchObject({
      title: "written meanwhile",
    });
  });
});

test("requests are recorded with who asked what", async () => {
  await using world = await startWorld();
  await world.ask("bot", "POST", `${API}/issues`, { title: "x" });
  await world.ask("0".repeat(40), "GET", "/api/v1/user");
  expect(world.forge.requests).toMatchObject([
    {
      method: "POST",
      path: `${API}/issues`,
      login: "kugetsu-bot",
      status: 201,
      body: { title: "x" },
    },
    { method: "GET", path: "/api/v1/user", login: undefined, status: 401, body: undefined },
  ]);
});

test("nothing is left when it is disposed of, a waiting delivery included", async () => {
  await using receiver = await startReceiver();
  receiver.answer = "never";
  const forge = await startSandboxForge();
  forge.addUser("olivia");
  const { gitDir } = await forge.addRepository(REPOSITORY, { files: { a: "1\n" } });
  forge.addHook(REPOSITORY, { url: receiver.url });
  forge.createIssue(REPOSITORY, { by: "olivia", title: "x" });
  await forge.until(() => receiver.received.length === 1 || forge.deliveries.length === 1);
  expect(existsSync(gitDir)).toBe(true);
  await forge[Symbol.asyncDispose]();
  expect(existsSync(gitDir)).toBe(false);
  await expect(fetch(forge.url)).rejects.toThrow("fetch failed");
});
