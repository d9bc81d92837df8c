import { describe, expect, test } from "vitest";
import { REPOSITORY, SHOP, startGitHub } from "./world.ts";

const ISSUE = { ...SHOP, issue_number: 1 } as const;

describe("the GitHub face", () => {
  test("tells who somebody is, and what kind of account", async () => {
    await using world = await startGitHub();
    const { rest } = world.as("kugetsu-bot");
    const self = await rest.users.getAuthenticated();
    const other = await rest.users.getByUsername({ username: "OLIVIA" });
    expect(self.data).toMatchObject({ login: "kugetsu-bot", type: "User", site_admin: false });
    expect(other.data).toMatchObject({ login: "olivia", type: "User", email: null });
    expect(await world.ask(undefined, "GET", "/user")).toMatchObject({ status: 401 });
    expect(await world.ask("ghp_wrong", "GET", "/user")).toMatchObject({
      status: 401,
      body: { message: "Bad credentials", status: "401" },
    });
    expect(await world.ask("olivia", "GET", "/users/nobody")).toMatchObject({ status: 404 });
  });

  test("finds a repository that was renamed or transferred under its number", async () => {
    await using world = await startGitHub();
    const { forge, ask } = world;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    forge.rename(REPOSITORY, "store");
    const moved = await ask("rita", "GET", "/repos/olivia/shop/issues/1?");
    expect(moved).toMatchObject({ status: 301, body: { message: "Moved Permanently" } });
    expect(moved.headers.get("location")).toBe(`${forge.url}/api/v3/repositories/1/issues/1`);
    const posted = await ask("rita", "POST", "/repos/olivia/shop/issues/1/comments", { body: "x" });
    expect(posted.status).toBe(307);
    const comment_id = forge.comment("olivia/store", 1, { by: "olivia", body: "x" });
    const comment = await world.as("rita").rest.issues.getComment({ ...SHOP, comment_id });
    expect(comment.data).toMatchObject({ id: comment_id, body: "x" });
    const { data } = await world.as("rita").rest.repos.get(SHOP);
    expect(data).toMatchObject({ id: 1, full_name: "olivia/store" });
    forge.transfer("olivia/store", "walter");
    const again = await world.as("rita").rest.issues.get(ISSUE);
    expect(again.data.repository_url).toBe(`${forge.url}/api/v3/repos/walter/store`);
  });

  test("gives each role its old word and its new one, to those who may push", async () => {
    await using world = await startGitHub();
    const role = async (username: string) => {
      const { rest } = world.as("kugetsu-bot");
      const { data } = await rest.repos.getCollaboratorPermissionLevel({ ...SHOP, username });
      return `${data.permission} ${data.role_name}`;
    };
    const people = ["olivia", "mia", "walter", "tom", "rita", "nora"];
    expect(await Promise.all(people.map(role))).toEqual([
      "admin admin",
      "write maintain",
      "write write",
      "read triage",
      "read read",
      "read read",
    ]);
    await expect(role("nobody")).rejects.toMatchObject({
      status: 404,
      response: { data: { message: "nobody is not a user" } },
    });
    expect(
      await world.ask("rita", "GET", "/repos/olivia/shop/collaborators/rita/permission"),
    ).toMatchObject({
      status: 403,
      body: { message: "Must have push access to view collaborator permission." },
    });
  });

  test("a private repository is not there for others, nor for a token that is not good for it", async () => {
    await using world = await startGitHub();
    const { forge, ask } = world;
    await forge.addRepository("olivia/vault", { private: true, collaborators: { rita: "read" } });
    const narrow = forge.addToken("olivia", ["public_repo"]);
    const statuses = await Promise.all(
      ["olivia", "rita", "nora", narrow, undefined].map(async (who) => {
        const { status } = await ask(who, "GET", "/repos/olivia/vault");
        return status;
      }),
    );
    expect(statuses).toEqual([200, 200, 404, 404, 404]);
  });

  test("refuses fields it does not know, wrong kinds, and missing ones", async () => {
    await using world = await startGitHub();
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    const path = "/repos/olivia/shop/issues/1/comments";
    const refusal = async (method: string, to: string, body?: unknown) => {
      const answer = await world.ask("walter", method, to, body);
      return `${answer.status} ${(answer.body as { message: string }).message.split("\n\n").at(-1)}`;
    };
    expect(await refusal("POST", path, { body: "x", text: "y" })).toBe(
      '422 "text" is not a permitted key.',
    );
    expect(await refusal("POST", path, { body: 1 })).toBe(
      "422 For 'properties/body', 1 is not a string.",
    );
    expect(await refusal("POST", path, {})).toBe(`422 "body" wasn't supplied.`);
    expect(await refusal("POST", path, "{")).toBe("400 Problems parsing JSON");
    expect(await refusal("GET", `${path}?limit=50`)).toBe('422 "limit" is not a permitted key.');
    expect(await refusal("GET", `${path}?since=yesterday`)).toMatch(
      /^422 .* is not a date-time\.$/,
    );
    expect(await refusal("GET", "/repos/olivia/shop/wikis")).toBe("404 Not Found");
  });

  test("cuts lists into pages with links, and answers 304 for what is known", async () => {
    await using world = await startGitHub();
    const { forge, ask } = world;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    for (let count = 1; count <= 5; count += 1) {
      forge.comment(REPOSITORY, 1, { by: "rita", body: `Word ${count}` });
    }
    const path = "/repos/olivia/shop/issues/1/comments?per_page=2";
    const first = await ask("walter", "GET", path);
    expect(first.headers.get("link")).toBe(
      `<${forge.url}/api/v3${path}&page=2>; rel="next", <${forge.url}/api/v3${path}&page=3>; rel="last"`,
    );
    const last = await ask("walter", "GET", `${path}&page=3`);
    expect(last.body).toMatchObject([{ body: "Word 5" }]);
    expect(last.headers.get("link")).toMatch(/rel="prev", .*rel="first"$/);
    const etag = first.headers.get("etag") ?? "";
    const again = await ask("walter", "GET", path, undefined, { "if-none-match": etag });
    expect(again).toMatchObject({ status: 304, body: undefined });
    expect(again.headers.get("etag")).toBe(etag);
    const [word] = forge.issue(REPOSITORY, 1).comments;
    forge.editComment(word?.id ?? 0, { by: "rita", body: "Word 0" });
    const changed = await ask("walter", "GET", path, undefined, { "if-none-match": etag });
    expect(changed.status).toBe(200);
  });

  test("counts requests against a limit that the clock resets", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    await using world = await startGitHub({ now: () => now });
    const remaining = async (who: string | undefined) => {
      const answer = await world.ask(who, "GET", "/repos/olivia/shop");
      return `${answer.status} ${answer.headers.get("x-ratelimit-remaining")}`;
    };
    expect(await remaining("walter")).toBe("200 4999");
    expect(await remaining("walter")).toBe("200 4998");
    const reset = (await world.ask("walter", "GET", "/user")).headers.get("x-ratelimit-reset");
    expect(Number(reset) * 1000).toBe(now + 3_600_000);
    for (let count = 0; count < 60; count += 1) await remaining(undefined);
    expect(await remaining(undefined)).toBe("403 0");
    now += 3_600_000;
    expect(await remaining(undefined)).toBe("200 59");
  });

  test("fails as it is told to, and does the act all the same where it is told so", async () => {
    await using world = await startGitHub();
    const { forge, ask } = world;
    forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    forge.fail({
      method: "POST",
      path: /\/issues\/1\/comments$/,
      answer: 403,
      afterwards: true,
      headers: { "x-ratelimit-remaining": "0", "retry-after": "60" },
      body: { message: "You have exceeded a secondary rate limit." },
    });
    const path = "/repos/olivia/shop/issues/1/comments";
    const answer = await ask("walter", "POST", path, { body: "Said" });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(forge.issue(REPOSITORY, 1).comments).toMatchObject([{ body: "Said" }]);
    forge.fail({ answer: 502 });
    const failed = await ask("walter", "GET", path);
    expect(failed).toMatchObject({ status: 502, body: { message: "", status: "502" } });
    expect(forge.requests.map(({ login, status }) => `${login} ${status}`)).toEqual([
      "walter 403",
      "walter 502",
    ]);
  });

  test("lists branches and their heads, with slashes in their names", async () => {
    await using world = await startGitHub();
    const { sha } = await world.forge.commit(REPOSITORY, "fix/issue-1", {
      by: "walter",
      message: "Fix",
      files: { "a.txt": "a\n" },
    });
    const { rest } = world.as("kugetsu-bot");
    const branch = await rest.repos.getBranch({ ...SHOP, branch: "fix/issue-1" });
    const ref = await rest.git.getRef({ ...SHOP, ref: "heads/fix/issue-1" });
    const all = await rest.repos.listBranches(SHOP);
    expect(branch.data.commit.sha).toBe(sha);
    expect(branch.data.commit.commit.author?.name).toBe("walter");
    expect(ref.data.object.sha).toBe(sha);
    expect(all.data.map(({ name }) => name)).toEqual(["fix/issue-1", "main"]);
    await expect(rest.repos.getBranch({ ...SHOP, branch: "gone" })).rejects.toMatchObject({
      status: 404,
      response: { data: { message: "Branch not found" } },
    });
    await expect(rest.git.getRef({ ...SHOP, ref: "heads/fix" })).rejects.toMatchObject({
      status: 404,
    });
  });
});

describe("issues and comments", () => {
  test("are written, edited and removed by those who may", async () => {
    await using world = await startGitHub();
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "Total", labels: ["bug"] });
    const bot = world.as("kugetsu-bot").rest.issues;
    const { data } = await bot.createComment({ ...ISSUE, body: "On it" });
    expect(data).toMatchObject({
      user: { login: "kugetsu-bot" },
      author_association: "COLLABORATOR",
    });
    const at = { ...SHOP, comment_id: data.id };
    await bot.updateComment({ ...at, body: "Done" });
    const rita = world.as("rita").rest.issues;
    await expect(rita.updateComment({ ...at, body: "No" })).rejects.toMatchObject({ status: 403 });
    const read = await rita.getComment(at);
    expect(read.data.body).toBe("Done");
    await bot.deleteComment(at);
    await expect(rita.getComment(at)).rejects.toMatchObject({ status: 404 });
    const issue = await rita.get(ISSUE);
    expect(issue.data).toMatchObject({ body: null, labels: [{ name: "bug" }], state: "open" });
  });

  test("refuse words where none can be said, in GitHub's words", async () => {
    await using world = await startGitHub();
    const { forge, ask } = world;
    for (const title of ["Locked", "Deleted", "Open"]) {
      forge.createIssue(REPOSITORY, { by: "olivia", title });
    }
    forge.lockIssue(REPOSITORY, 1);
    forge.deleteIssue(REPOSITORY, 2);
    const say = async (who: string, number: number, body = "x") => {
      const answer = await ask(who, "POST", `/repos/olivia/shop/issues/${number}/comments`, {
        body,
      });
      return [answer.status, (answer.body as { message?: string }).message];
    };
    expect(await say("rita", 1)).toEqual([
      403,
      "Unable to create comment because issue is locked.",
    ]);
    expect(await say("walter", 1)).toEqual([201, undefined]);
    expect(await say("walter", 2)).toEqual([410, "This issue was deleted"]);
    expect(await say("walter", 9)).toEqual([404, "Not Found"]);
    expect(await say("walter", 3, "x".repeat(65_537))).toEqual([422, "Validation Failed"]);
    forge.archive(REPOSITORY);
    expect(await say("walter", 3)).toEqual([403, "Repository was archived so is read-only."]);
  });

  test("are found by the time of their last change, in either order", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    await using world = await startGitHub({ now: () => now });
    const { forge } = world;
    for (const title of ["A", "B"]) {
      forge.createIssue(REPOSITORY, { by: "olivia", title });
      now += 60_000;
    }
    const first = forge.comment(REPOSITORY, 2, { by: "rita", body: "1" });
    now += 60_000;
    forge.comment(REPOSITORY, 1, { by: "rita", body: "2" });
    now += 60_000;
    forge.editComment(first, { by: "rita", body: "1, again" });
    const { rest } = world.as("kugetsu-bot");
    const recent = { ...SHOP, since: "2026-01-01T00:03:00Z", sort: "updated" } as const;
    const comments = await rest.issues.listCommentsForRepo({ ...recent, direction: "asc" });
    expect(comments.data.map(({ body }) => body)).toEqual(["2", "1, again"]);
    const issues = await rest.issues.listForRepo({ ...recent, state: "all" });
    expect(issues.data.map(({ title }) => title)).toEqual(["A"]);
    const all = await rest.issues.listForRepo({ ...SHOP, sort: "updated", direction: "asc" });
    expect(all.data.map(({ title }) => title)).toEqual(["B", "A"]);
  });

  test("take reactions once each", async () => {
    await using world = await startGitHub();
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    const comment_id = world.forge.comment(REPOSITORY, 1, { by: "rita", body: "/kugetsu fix" });
    const { rest } = world.as("kugetsu-bot");
    const give = async () =>
      rest.reactions.createForIssueComment({ ...SHOP, comment_id, content: "eyes" });
    expect((await give()).status).toBe(201);
    expect((await give()).status).toBe(200);
    await rest.reactions.createForIssue({ ...ISSUE, content: "rocket" });
    const { data } = await rest.issues.getComment({ ...SHOP, comment_id });
    expect(data.reactions).toMatchObject({ total_count: 1, eyes: 1 });
    const wrong = { content: "tada" };
    const path = `/repos/olivia/shop/issues/comments/${comment_id}/reactions`;
    expect(await world.ask("walter", "POST", path, wrong)).toMatchObject({ status: 422 });
  });

  test("remember who labelled, assigned, closed and reopened", async () => {
    await using world = await startGitHub();
    world.forge.createIssue(REPOSITORY, { by: "olivia", title: "Total" });
    const walter = world.as("walter").rest.issues;
    await walter.addLabels({ ...ISSUE, labels: ["kugetsu"] });
    await walter.addAssignees({ ...ISSUE, assignees: ["kugetsu-bot"] });
    await walter.removeLabel({ ...ISSUE, name: "kugetsu" });
    await walter.removeAssignees({ ...ISSUE, assignees: ["kugetsu-bot"] });
    await walter.update({ ...ISSUE, state: "closed" });
    world.forge.reopenIssue(REPOSITORY, 1, "olivia");
    const { data } = await walter.listEvents(ISSUE);
    expect(data.map(({ event, actor }) => `${event} ${actor?.login}`)).toEqual([
      "labeled walter",
      // Of an assignment GitHub calls the assigned one the actor; the assigner stands beside.
      "assigned kugetsu-bot",
      "unlabeled walter",
      "unassigned kugetsu-bot",
      "closed walter",
      "reopened olivia",
    ]);
    expect(data[1]).toMatchObject({
      assignee: { login: "kugetsu-bot" },
      assigner: { login: "walter" },
    });
    const rita = await world.ask("rita", "POST", "/repos/olivia/shop/issues/1/labels", {
      labels: ["bug"],
    });
    expect(rita.status).toBe(403);
  });
});
